import StrictYAML
import Testing

@testable import Interception

@Suite struct RuleFileTests {
    private static let rule = """
        languages: [python]
        rules:
          - id: site.files.shared-folder
            category: file_system
            severity: high
            cwe: CWE-22
            title: Shared folder opened
            message: Opens a path of the shared folder with {name}.
            recommendation: Send the file with the run.
            match:
              - facts: [call]
                names: [open, pathlib.Path]
                arguments:
                  - {at: 0, path: '^/shared(/|$)'}
            examples:
              match: ['open("/shared/a.csv")']
              no_match: ['open("shared/a.csv")']
        """

    private func catalog(_ text: String) throws -> RuleCatalog {
        try RuleCatalog(builtIn: [], added: [RuleFile(name: "site.yaml", text: text)])
    }

    @Test func ruleOfTheOperatorFindsWhatItSays() async throws {
        let rules = try catalog(Self.rule).rules
        let policy = Policy(
            name: "report", summary: "Reports.", blockingScore: nil, blockingCategories: [:],
            blocksIncompleteAnalysis: false)
        let interceptor = Interceptor(rules: rules)
        let found = await interceptor.analyze("open('/tmp/../shared//a')", language: .python, policy: policy)
        #expect(found.findings.map(\.message) == ["Opens a path of the shared folder with open."])
        let nothing = await interceptor.analyze("open('/tmp/shared')", language: .python, policy: policy)
        #expect(nothing.findings.isEmpty)
    }

    /// A part of the rule, what stands there instead, and what is said about it.
    @Test(arguments: [
        (
            "category: file_system", "category: files",
            "site.yaml:4: rules[0].category has “files”; known: system_command"
        ),
        ("category: file_system", "category: incomplete_analysis", "site.yaml:4: rules[0].category must not be"),
        (
            "severity: high", "severity: bad",
            "site.yaml:5: rules[0].severity has “bad”; known: low, medium, high, critical"
        ),
        ("severity: high", "severiti: high", "site.yaml:5: rules[0].severiti is not known here"),
        ("    severity: high\n", "", "rules[0].severity is missing"),
        ("cwe: CWE-22", "cwe: 22", "site.yaml:6: rules[0].cwe must be text"),
        ("cwe: CWE-22", "cwe: CWE22", "site.yaml:6: rules[0].cwe must be like CWE-78, not “CWE22”"),
        ("id: site.files.shared-folder", "id: Shared", "site.yaml:3: rules[0].id must be words"),
        ("{name}", "{path}", "site.yaml:8: rules[0].message has {path}; only {name} is known"),
        ("[call]", "[calls]", "site.yaml:11: rules[0].match[0].facts has “calls”; known: call, new"),
        ("open, pathlib.Path", "'o*n'", "site.yaml:12: rules[0].match[0].names has “o*n”"),
        ("'^/shared(/|$)'", "'(/shared'", "site.yaml:14: rules[0].match[0].arguments[0].path has a ("),
        ("'^/shared(/|$)'", "'{shared}'", "names the pattern “shared”, which is not there"),
        ("at: 0", "at: first", "site.yaml:14: rules[0].match[0].arguments[0].at must be a whole number"),
        ("at: 0", "at: -1", "site.yaml:14: rules[0].match[0].arguments[0].at must be 0 or more"),
        ("at: 0", "at: 0, keyword: file", "keyword must not stand beside “at”"),
        ("languages: [python]", "languages: [pyton]", "site.yaml:1: languages has “pyton”; known: python"),
        ("languages: [python]\n", "", "rules[0].languages is missing, here and in the file"),
        ("      no_match: ['open(\"shared/a.csv\")']", "", "rules[0].examples must have code that does not match"),
        ("[open, pathlib.Path]", "[]", "rules[0].match[0].names is missing"),
        (
            "facts: [call]\n        names: [open, pathlib.Path]", "facts: [str]\n        matches: x",
            "contains is missing"
        ),
        (
            "[call]\n        names: [open, pathlib.Path]", "[special]\n        names: [loop]",
            "has “loop”, which no analysis finds"
        ),
        (
            "languages: [python]", "disabled: [site.other]\nlanguages: [python]",
            "disabled has “site.other”, which is no rule"
        ),
    ])
    func wrongFileIsRefusedWithFileLineAndKey(part: String, wrong: String, message: String) throws {
        #expect(Self.rule.contains(part))
        let error = #expect(throws: YAMLFileError.self) { try catalog(Self.rule.replacing(part, with: wrong)) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        #expect(error?.line != nil)
    }

    @Test func ruleOfTheOperatorReplacesTheShippedOneOfItsID() throws {
        let mine = Self.rule.replacing("severity: high", with: "severity: low")
        let rules = try RuleCatalog(
            builtIn: [RuleFile(name: "python.yaml", text: Self.rule)], added: [RuleFile(name: "site.yaml", text: mine)])
        #expect(rules.rules.map(\.severity) == [.low])
    }

    @Test func sameRuleTwiceOfTheOperatorIsRefused() throws {
        let file = RuleFile(name: "a.yaml", text: Self.rule)
        let error = #expect(throws: YAMLFileError.self) {
            try RuleCatalog(builtIn: [], added: [file, RuleFile(name: "b.yaml", text: Self.rule)])
        }
        #expect(error?.description == "b.yaml:3: rules[0].id “site.files.shared-folder” is already in a.yaml")
    }

    @Test func disabledRuleIsGoneAndPoliciesMayStillNameIt() throws {
        let off = "disabled: [site.files.shared-folder]"
        let catalog = try RuleCatalog(
            builtIn: [RuleFile(name: "python.yaml", text: Self.rule)], added: [RuleFile(name: "off.yaml", text: off)])
        #expect(catalog.rules.isEmpty)
        let policy = PolicyFile(
            name: "p.yaml",
            text: """
                name: mine
                summary: Mine.
                block: {incomplete: false, likely: false}
                rules:
                  site.files.shared-folder: {action: block}
                """)
        #expect(try policy.policy(rules: catalog.knownIDs).overrides.count == 1)
    }

    @Test func fileOfTheOperatorUsesThePatternsOfTheSharedFile() throws {
        let shared = RuleFile(name: "shared.yaml", text: "patterns: {shared: '^/shared(/|$)'}")
        let text = Self.rule.replacing("'^/shared(/|$)'", with: "'{shared}'")
        #expect(throws: Never.self) {
            try RuleCatalog(builtIn: [shared], added: [RuleFile(name: "site.yaml", text: text)])
        }
    }
}
