/// How sure a rule is that the code does what the rule says.
package enum Confidence: String, CaseIterable, Comparable, Hashable, Sendable {
    /// Ordinary code may look the same: the rule recognises a habit, not an act.
    case likely
    /// The code says literally what the rule says.
    case certain

    package static func < (left: Confidence, right: Confidence) -> Bool { left == .likely && right == .certain }
}
