import StrictYAML
import Testing

@testable import Interception

@Suite struct PolicyFileTests {
    private static let text = """
        name: teaching
        summary: Teaching.
        block:
          score: 60
          incomplete: false
          likely: true
          categories:
            network: medium
        rules:
          py.native.mmap: {action: report, severity: low}
        """

    private func policy(_ text: String) throws -> Policy {
        let id = try #require(RuleID("py.native.mmap"))
        return try PolicyFile(name: "p.yaml", text: text).policy(rules: [id])
    }

    @Test func fileBecomesThePolicyThatItSays() throws {
        let policy = try policy(Self.text)
        #expect(policy.name == "teaching")
        #expect(policy.blockingScore == 60)
        #expect(policy.blockingCategories == [.network: .medium])
        #expect(policy.blockingConfidence == .likely)
        #expect(!policy.blocksIncompleteAnalysis)
        #expect(policy.overrides.values.first == Policy.Override(action: .report, severity: .low))
    }

    @Test(arguments: [
        ("score: 60", "score: 600", "p.yaml:4: block.score must be from 1 to 100, not 600"),
        ("score: 60", "score: high", "p.yaml:4: block.score must be a whole number"),
        ("  incomplete: false\n", "", "block.incomplete is missing"),
        ("likely: true", "likely: maybe", "p.yaml:6: block.likely must be true or false"),
        ("network: medium", "networks: medium", "categories has “networks”; known: system_command"),
        ("network: medium", "network: some", "network has “some”; known: low"),
        ("network: medium", "incomplete_analysis: low", "block.incomplete decides about that"),
        ("py.native.mmap", "py.native.nmap", "rules.py.native.nmap is no rule"),
        ("action: report", "action: ignore", "rules.py.native.mmap.action has “ignore”; known: off, report, block"),
        ("{action: report, severity: low}", "{}", "action is missing, and severity too"),
        ("name: teaching", "name: Teaching!", "p.yaml:1: name must be a lower-case letter"),
    ])
    func wrongFileIsRefusedWithFileLineAndKey(part: String, wrong: String, message: String) throws {
        #expect(Self.text.contains(part))
        let error = #expect(throws: YAMLFileError.self) { try policy(Self.text.replacing(part, with: wrong)) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func shippedPoliciesAreThreeAndStandardIsTheDefault() throws {
        let catalog = try PolicyCatalog(rules: RuleCatalog().knownIDs)
        #expect(catalog.policies.map(\.name) == ["permissive", "standard", "strict"])
        #expect(catalog[name: PolicyCatalog.defaultName]?.name == "standard")
        #expect(catalog[name: "none"] == nil)
    }
}
