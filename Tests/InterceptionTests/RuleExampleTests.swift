import Testing

@testable import Interception

/// Every example of every rule that is shipped.
@Suite struct RuleExampleTests {
    @Test func allExamplesOfAllRulesHold() async throws {
        let rules = try RuleCatalog().rules
        for broken in await Interceptor(rules: rules).brokenExamples() { Issue.record("\(broken)") }
    }

    @Test func everyRuleHasExamplesOfBothKindsInOneOfItsLanguages() throws {
        for rule in try RuleCatalog().rules {
            #expect(rule.examples.matching.contains { rule.languages.contains($0.language) }, "\(rule.id)")
            #expect(!rule.examples.notMatching.isEmpty, "\(rule.id)")
        }
    }

    @Test func thereAreEnoughRulesAndEachSaysWhatToDoInstead() throws {
        let rules = try RuleCatalog().rules
        #expect(rules.count >= 110)
        for language in SourceLanguage.allCases { #expect(rules.count { $0.languages.contains(language) } >= 20) }
        for rule in rules {
            #expect(rule.recommendation.hasSuffix("."), "\(rule.id)")
            #expect(rule.recommendation.count >= 40, "\(rule.id)")
        }
    }

    @Test func exampleThatDoesNotHoldIsNamed() async throws {
        let text = """
            languages: [python]
            rules:
              - id: site.any.call
                category: network
                severity: low
                cwe: CWE-1
                title: A call
                message: Calls.
                recommendation: Do not.
                match: [{facts: [call], names: [a]}]
                examples: {match: [b()], no_match: [a()]}
            """
        let rules = try RuleCatalog(builtIn: [], added: [RuleFile(name: "site.yaml", text: text)]).rules
        let broken = await Interceptor(rules: rules).brokenExamples()
        #expect(
            broken.map(\.description) == [
                "site.any.call finds nothing in its example “b()” (python)",
                "site.any.call finds something in “a()” (python), where its file says that it must not",
            ])
    }
}
