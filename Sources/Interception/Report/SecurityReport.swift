/// What an analysis found, and what a policy makes of it.
package struct SecurityReport: Sendable {
    /// Whether the program may run.
    package enum Decision: String, Sendable {
        case allow
        case block
    }

    package let decision: Decision
    /// One plain sentence of why the program is refused; nil when it is not.
    package let reason: String?
    /// Name of the policy that decided.
    package let policy: String
    package let riskScore: RiskScore
    /// In the order of the source; of two at one place the more severe first. At most `maximumFindings`.
    package let findings: [Finding]
    /// Number of findings of each category that has any, also of those that `findings` has no room for.
    package let countsByCategory: [Category: Int]
    /// Number of findings of each severity that has any, also of those that `findings` has no room for.
    package let countsBySeverity: [Severity: Int]
    /// Time of parsing, walking and matching, without waiting for a turn.
    package let duration: Duration
    /// False when something was not seen: a source too large, too slow to parse, or not of its language. A finding of
    /// the category `incomplete_analysis` says which.
    package let isComplete: Bool

    /// Most findings that a report lists.
    package static let maximumFindings = 500

    package var riskLevel: RiskLevel { riskScore.level }
}
