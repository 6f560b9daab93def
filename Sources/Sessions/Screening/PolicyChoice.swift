package import Interception

/// The operator's policy, and those that a request may name instead.
package struct PolicyChoice: Sendable {
    /// Decides when a request names none.
    package let standard: Policy
    /// Which a request may name, in the order of their names; `standard` is always among them.
    package let allowed: [Policy]

    /// `others` are allowed beside `standard`.
    package init(standard: Policy, others: [Policy] = []) {
        self.standard = standard
        allowed = ([standard] + others.filter { $0.name != standard.name }).sorted { $0.name < $1.name }
    }

    /// Allows all policies that refuse at least what `standard` refuses.
    package init(standard: Policy, among policies: [Policy], rules: [Rule]) {
        self.init(standard: standard, others: policies.filter { $0.isAtLeastAsStrict(as: standard, for: rules) })
    }

    /// The policy of a request; throws for one that is not allowed, naming those that are.
    package func policy(named name: String?) throws(InvalidRequest) -> Policy {
        guard let name else { return standard }
        guard let policy = allowed.first(where: { $0.name == name }) else {
            let names = allowed.map(\.name).joined(separator: ", ")
            throw InvalidRequest(
                field: "policy", message: "policy must be one that this server allows: \(names).")
        }
        return policy
    }
}
