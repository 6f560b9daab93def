import Interception
import Sessions
import StrictYAML
import Testing

@testable import sandmartin

@Suite struct ScreeningConfigurationTests {
    private func screening(_ environment: [String: String] = [:]) async throws -> Screening {
        let machine = Machine(processors: 2, isRoot: true, homeDirectory: "/root", standardErrorIsTerminal: false)
        return try await Screening(
            Configuration(ConfigurationSources(options: [], environment: environment, machine: machine)))
    }

    @Test func nothingSetGivesTheStandardAndWhatIsStricter() async throws {
        let screening = try await screening()
        #expect(screening.policies.standard.name == "standard")
        #expect(screening.policies.allowed.map(\.name) == ["standard", "strict"])
        #expect(screening.restrictedCommands == [])
        #expect(screening.maximumCommand == 8192)
        #expect(screening.interceptor.rules.count >= 110)
    }

    @Test(arguments: [
        ("permissive", ["permissive", "standard", "strict"]), ("standard", ["standard", "strict"]),
        ("strict", ["strict"]),
    ])
    func aRequestMayOnlyNarrow(_ policy: String, _ allowed: [String]) async throws {
        #expect(try await screening(["POLICY": policy]).policies.allowed.map(\.name) == allowed)
    }

    @Test func theOperatorMayAllowOthers() async throws {
        let screening = try await screening(["POLICY": "strict", "ALLOWED_POLICIES": "permissive , standard"])
        #expect(screening.policies.allowed.map(\.name) == ["permissive", "standard", "strict"])
        #expect(try screening.policies.policy(named: nil).name == "strict")
    }

    @Test(arguments: [
        ("POLICY", "policy names “lax”, which is no policy; there are permissive, standard, strict"),
        (
            "ALLOWED_POLICIES",
            "allowed_policies names “lax”, which is no policy; there are permissive, standard, strict"
        ),
    ])
    func aPolicyThatDoesNotExistIsNamed(_ variable: String, _ message: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) { try await screening([variable: "lax"]) }
        #expect(error?.description == message)
    }

    @Test func restrictedCommandsAreRefusedUnderEveryPolicy() async throws {
        let screening = try await screening(["POLICY": "permissive", "RESTRICTED_COMMANDS": "whoami, git  push"])
        #expect(screening.restrictedCommands == ["whoami", "git push"])
        for (command, decision) in [
            ("/usr/bin/whoami", SecurityReport.Decision.block), ("git push origin", .block), ("git pull", .allow),
            ("echo whoami", .allow),
        ] {
            let report = try await screening.report(on: command, language: .bash, policy: screening.policies.standard)
            #expect(report.decision == decision, "\(command)")
        }
    }

    @Test func aFolderOfRulesAndPoliciesAddsToWhatIsShipped() async throws {
        let folder = try ScratchFolder()
        try folder.write("rules/own.yaml", "disabled: [py.process.os-system]\n")
        try folder.write(
            "policies/own.yaml",
            "name: own\nsummary: Nothing passes.\nblock: {score: 1, incomplete: true, likely: true}\n")
        let file = try folder.write("config.yaml", "policy: own\n")
        let shipped = try await screening().interceptor.rules.count
        let screening = try await screening(["CONFIG": file])
        #expect(screening.interceptor.rules.count == shipped - 1)
        #expect(screening.policies.standard.name == "own")
    }

    @Test func aWrongRuleFileIsNamedWithLineAndKey() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write(
            "rules/wrong.yaml", "languages: [python]\nrules:\n  - id: site.x\n    severty: low\n")
        let error = await #expect(throws: YAMLFileError.self) {
            try await screening(["RULES_DIR": "\(folder.path)/rules"])
        }
        #expect(error?.file == path)
        #expect(error?.line == 4)
        #expect(error?.key == "rules[0].severty")
    }

    @Test func aRuleThatDoesNotDoWhatItsExamplesSayIsRefused() async throws {
        let folder = try ScratchFolder()
        let rule = """
            languages: [python]
            rules:
              - id: site.colors
                category: file_system
                severity: low
                cwe: CWE-22
                title: T
                message: M.
                recommendation: R.
                match:
                  - facts: [import]
                    names: [colorsys]
                examples:
                  match: [import colors]
                  no_match: [import math]
            """
        try folder.write("wrong.yaml", rule)
        let error = await #expect(throws: YAMLFileError.self) { try await screening(["RULES_DIR": folder.path]) }
        #expect(error?.problem == "site.colors finds nothing in its example “import colors” (python)")
        try folder.write("wrong.yaml", rule.replacing("import colors]", with: "import colorsys]"))
        #expect(
            try await screening(["RULES_DIR": folder.path]).interceptor.rules.contains { $0.id.text == "site.colors" })
    }

    @Test func aFolderThatIsNotThereIsRefused() async throws {
        let error = await #expect(throws: ConfigurationError.self) { try await screening(["RULES_DIR": "/no/such"]) }
        #expect(
            error?.description
                == "environment variable RULES_DIR must be a directory, and /no/such is none")
    }
}
