extension Policy {
    /// Whether this policy refuses every program that the other one refuses, as far as these rules find anything.
    package func isAtLeastAsStrict(as other: Policy, for rules: [Rule]) -> Bool {
        guard blocksIncompleteAnalysis || !other.blocksIncompleteAnalysis else { return false }
        for rule in rules where other.blocks(rule) && !blocks(rule) { return false }
        guard let least = other.blockingScore else { return true }
        guard let own = blockingScore, own <= least else { return false }
        return rules.allSatisfy { rule in
            !other.counts(rule.id, rule.confidence)
                || (counts(rule.id, rule.confidence) && severity(of: rule) >= other.severity(of: rule))
                || blocks(rule)
        }
    }
}
