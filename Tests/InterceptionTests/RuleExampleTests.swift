import Testing

@testable import Interception

/// Every example of every rule that is shipped.
@Suite struct RuleExampleTests {
    private static let catalog = Result { try RuleCatalog() }
    private static let policy = Policy(
        name: "report", summary: "Reports.", blockingScore: nil, blockingCategories: [:],
        blocksIncompleteAnalysis: false)

    @Test(arguments: SourceLanguage.allCases)
    func codeInWhichARuleMustFindSomethingHasIt(language: SourceLanguage) async throws {
        let rules = try Self.catalog.get().rules
        let interceptor = Interceptor(rules: rules)
        for rule in rules {
            for example in rule.examples.matching where example.language == language {
                let report = await interceptor.analyze(example.code, language: language, policy: Self.policy)
                #expect(report.findings.contains { $0.ruleID == rule.id }, "\(rule.id): \(example.code)")
            }
        }
    }

    @Test(arguments: SourceLanguage.allCases)
    func codeInWhichARuleMustFindNothingHasNothing(language: SourceLanguage) async throws {
        let rules = try Self.catalog.get().rules
        let interceptor = Interceptor(rules: rules)
        for rule in rules {
            for example in rule.examples.notMatching where example.language == language {
                let report = await interceptor.analyze(example.code, language: language, policy: Self.policy)
                #expect(!report.findings.contains { $0.ruleID == rule.id }, "\(rule.id): \(example.code)")
            }
        }
    }

    @Test func thereAreEnoughRulesAndEachSaysWhatToDoInstead() throws {
        let rules = try Self.catalog.get().rules
        #expect(rules.count >= 110)
        #expect(Set(rules.map(\.recommendation)).count > rules.count / 2)
        for rule in rules { #expect(rule.recommendation.hasSuffix("."), "\(rule.id)") }
    }
}
