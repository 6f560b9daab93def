/// A number from 0 to 100 for a whole program: the weights of the rules that matched, each counted once.
package struct RiskScore: Hashable, Comparable, Sendable {
    /// 0…100.
    package let value: Int

    /// The score of some findings; a rule that matched at many places counts once, with its highest severity.
    package init(of findings: some Sequence<Finding>) {
        var highest: [RuleID: Severity] = [:]
        for finding in findings { highest[finding.ruleID] = max(highest[finding.ruleID] ?? .low, finding.severity) }
        value = min(100, highest.values.reduce(0) { $0 + $1.weight })
    }

    /// The score as a word.
    package var level: RiskLevel { RiskLevel.allCases.last { $0.least <= value } ?? .none }

    package static func < (left: RiskScore, right: RiskScore) -> Bool { left.value < right.value }
}

/// A risk score as a word: from 1 it is low, from 10 medium, from 30 high and from 60 critical.
package enum RiskLevel: String, CaseIterable, Hashable, Sendable {
    case none
    case low
    case medium
    case high
    case critical

    /// The lowest score of the level.
    package var least: Int {
        switch self {
        case .none: 0
        case .low: 1
        case .medium: Severity.medium.weight
        case .high: Severity.high.weight
        case .critical: Severity.critical.weight
        }
    }
}
