import Interception
import Isolation
import Sessions
import StrictYAML

extension Screening {
    /// Reads the rules and policies that are shipped and the operator's. Throws at the first file that cannot be used,
    /// with file, line and key, for a rule that does not do what its examples say, and for a policy that does not exist.
    convenience init(_ configuration: Configuration) async throws {
        let settings = configuration.screening
        let catalog = try RuleCatalog(folder: settings.rulesDirectory)
        let rules = catalog.rules + Rule.restricting(settings.restrictedCommands.compactMap(RestrictedCommand.init))
        let policies = try PolicyCatalog(rules: catalog.knownIDs, folder: settings.policiesDirectory)
        let interceptor = Interceptor(rules: rules)
        // Those of the rules that are shipped are held by tests.
        if let folder = settings.rulesDirectory, let broken = await interceptor.brokenExamples().first {
            throw YAMLFileError(file: folder, problem: "\(broken)")
        }
        self.init(
            interceptor: interceptor,
            policies: try settings.choice(of: policies, rules: rules),
            restrictedCommands: settings.restrictedCommands, maximumCommand: settings.maximumCommand.bytes)
    }
}

extension ScreeningSettings {
    fileprivate func choice(of catalog: PolicyCatalog, rules: [Rule]) throws(ConfigurationError) -> PolicyChoice {
        let standard = try Self.policy(policy, in: catalog, Settings.policy.key)
        guard let allowedPolicies else {
            return PolicyChoice(standard: standard, among: catalog.policies, rules: rules)
        }
        var others: [Policy] = []
        for name in allowedPolicies {
            others.append(try Self.policy(name, in: catalog, Settings.allowedPolicies.key))
        }
        return PolicyChoice(standard: standard, others: others)
    }

    private static func policy(
        _ name: String, in catalog: PolicyCatalog, _ key: String
    ) throws(ConfigurationError) -> Policy {
        guard let policy = catalog[name: name] else {
            let known = catalog.policies.map(\.name).joined(separator: ", ")
            throw ConfigurationError(nil, key: key, "names “\(name)”, which is no policy; there are \(known)")
        }
        return policy
    }
}
