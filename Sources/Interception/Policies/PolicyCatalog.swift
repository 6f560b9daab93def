package import StrictYAML

/// The policies that are shipped, together with those of the operator.
package struct PolicyCatalog: Sendable {
    /// In the order of their names; each name once.
    package let policies: [Policy]

    /// What decides when nobody says otherwise.
    package static let defaultName = "standard"

    /// Reads the policies that are shipped and then the `.yaml` files of `folder`: one with the name of a shipped policy
    /// replaces it, any other is added. Rules that a policy names must be among `rules`. Throws at the first file that
    /// cannot be used.
    package init(rules: Set<RuleID>, folder: String? = nil) throws(YAMLFileError) {
        let shipped = try YAMLFolder.shipped("policies")
        try self.init(
            rules: rules, builtIn: shipped.map(PolicyFile.init),
            added: try YAMLFolder.files(in: folder).map(PolicyFile.init))
    }

    init(rules: Set<RuleID>, builtIn: [PolicyFile], added: [PolicyFile]) throws(YAMLFileError) {
        var chosen: [String: Policy] = [:]
        for file in builtIn {
            let policy = try file.policy(rules: rules)
            chosen[policy.name] = policy
        }
        var owners: [String: String] = [:]
        for file in added {
            let policy = try file.policy(rules: rules)
            if let owner = owners.updateValue(file.name, forKey: policy.name) {
                throw YAMLFileError(file: file.name, key: "name", problem: "“\(policy.name)” is already in \(owner)")
            }
            chosen[policy.name] = policy
        }
        policies = chosen.values.sorted { $0.name < $1.name }
    }

    /// The policy of a name; nil when there is none.
    package subscript(name name: String) -> Policy? { policies.first { $0.name == name } }
}
