/// What a caller may run: which findings refuse a program.
package struct Policy: Hashable, Sendable {
    package let name: String
    /// One sentence for the people who choose among policies.
    package let summary: String
    /// A program with this risk score or more is refused; nil when the score refuses nothing.
    package let blockingScore: Int?
    /// A finding of one of these categories refuses the program, from the severity on.
    package let blockingCategories: [Category: Severity]
    /// Findings of less confidence are reported, and block neither by category nor by score.
    package let blockingConfidence: Confidence
    /// Whether a program that could not be analysed completely is refused.
    package let blocksIncompleteAnalysis: Bool
    /// What is different for single rules.
    package let overrides: [RuleID: Override]

    /// What a policy does with one rule instead of what its category says.
    package struct Override: Hashable, Sendable {
        /// What a finding of the rule does.
        package enum Action: String, CaseIterable, Sendable {
            /// It is not even listed.
            case off
            /// It is listed and counted in the score, and does not block by itself.
            case report
            /// It refuses the program.
            case block
        }

        /// Nil leaves it to the categories.
        package let action: Action?
        /// Nil leaves the rule's own.
        package let severity: Severity?

        package init(action: Action? = nil, severity: Severity? = nil) {
            self.action = action
            self.severity = severity
        }
    }

    package init(
        name: String, summary: String, blockingScore: Int?, blockingCategories: [Category: Severity],
        blockingConfidence: Confidence = .certain, blocksIncompleteAnalysis: Bool, overrides: [RuleID: Override] = [:]
    ) {
        self.name = name
        self.summary = summary
        self.blockingScore = blockingScore
        self.blockingCategories = blockingCategories
        self.blockingConfidence = blockingConfidence
        self.blocksIncompleteAnalysis = blocksIncompleteAnalysis
        self.overrides = overrides
    }
}
