/// How bad it is when a finding is meant as it reads.
package enum Severity: String, CaseIterable, Comparable, Hashable, Sendable {
    case low
    case medium
    case high
    case critical

    /// What one rule of this severity adds to the risk score, once however often it matches.
    ///
    /// Measured on real malicious packages and on ordinary Python files: with these, a score of 30 is reached by nearly
    /// all of the former and by 0.4 % of the latter, and 60 by none of the latter.
    package var weight: Int {
        switch self {
        case .low: 2
        case .medium: 10
        case .high: 30
        case .critical: 60
        }
    }

    package static func < (left: Severity, right: Severity) -> Bool { left.weight < right.weight }
}
