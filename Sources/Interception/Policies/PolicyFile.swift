import StrictYAML

/// The text of a policy file, read strictly: what is unknown, missing or of a wrong type throws with its line.
struct PolicyFile {
    /// What messages call the file.
    let name: String
    let text: String

    /// Reads the file; a rule that it names must be among `rules`.
    func policy(rules: Set<RuleID>) throws(YAMLFileError) -> Policy {
        let root = try StrictMapping(text: text, file: name, keys: ["name", "summary", "block", "rules"])
        let block = try root.mapping("block", keys: ["score", "incomplete", "likely", "categories"])
        return Policy(
            name: try policyName(root),
            summary: try root.text("summary"),
            blockingScore: try score(block),
            blockingCategories: try categories(block),
            blockingConfidence: try boolean("likely", in: block) ? .likely : .certain,
            blocksIncompleteAnalysis: try boolean("incomplete", in: block),
            overrides: try overrides(root, of: rules))
    }

    private func policyName(_ root: StrictMapping) throws(YAMLFileError) -> String {
        let name = try root.text("name")
        guard name.wholeMatch(of: /[a-z][a-z0-9_-]{0,31}/) != nil else {
            throw root.error("name", "must be a lower-case letter and up to 31 of a-z 0-9 _ -, not “\(name)”")
        }
        return name
    }

    private func score(_ block: StrictMapping) throws(YAMLFileError) -> Int? {
        guard let score = try block.optionalInteger("score") else { return nil }
        guard (1...100).contains(score) else { throw block.error("score", "must be from 1 to 100, not \(score)") }
        return score
    }

    /// What is not said must not decide by itself about a program: these two have no default.
    private func boolean(_ key: String, in block: StrictMapping) throws(YAMLFileError) -> Bool {
        guard let value = try block.optionalBoolean(key) else { throw block.error(key, "is missing") }
        return value
    }

    private func categories(_ block: StrictMapping) throws(YAMLFileError) -> [Category: Severity] {
        var categories: [Category: Severity] = [:]
        for (name, severity) in try block.table("categories").sorted(by: { $0.key < $1.key }) {
            let category = try block.oneOf(Category.self, name, "categories")
            guard category != .incompleteAnalysis else {
                throw block.error("categories", "has incomplete_analysis; block.incomplete decides about that")
            }
            categories[category] = try block.oneOf(Severity.self, severity, "categories.\(name)")
        }
        return categories
    }

    private func overrides(
        _ root: StrictMapping, of rules: Set<RuleID>
    ) throws(YAMLFileError) -> [RuleID: Policy.Override] {
        var overrides: [RuleID: Policy.Override] = [:]
        for (name, mapping) in try root.mappings("rules", keys: ["action", "severity"]) {
            guard let id = RuleID(name), rules.contains(id) else {
                throw root.error("rules.\(name)", "is no rule")
            }
            let action = try mapping.optionalText("action")
            let severity = try mapping.optionalText("severity")
            guard action != nil || severity != nil else {
                throw mapping.error("action", "is missing, and severity too")
            }
            overrides[id] = Policy.Override(
                action: try action.map { text throws(YAMLFileError) in
                    try mapping.oneOf(Policy.Override.Action.self, text, "action")
                },
                severity: try severity.map { text throws(YAMLFileError) in
                    try mapping.oneOf(Severity.self, text, "severity")
                })
        }
        return overrides
    }
}
