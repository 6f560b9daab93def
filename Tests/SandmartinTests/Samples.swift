import Interception
import Sessions

extension Screening {
    /// Reads with one rule, which finds the text `forbidden` in any language.
    static var sample: Screening {
        Screening(
            interceptor: Interceptor(rules: [.forbidden]), policies: PolicyChoice(standard: .closed, others: [.open]))
    }
}

extension Rule {
    static let forbidden = Rule(
        id: RuleID("test.forbidden")!, languages: Set(SourceLanguage.allCases), category: .obfuscation,
        severity: .high, cwe: CWE(number: 506), title: "Forbidden text", message: "Says {name}.",
        recommendation: "Say something else.", matchers: [Matcher(kinds: [.str], names: [.exact("forbidden")])])
}

extension Policy {
    /// Refuses the text `forbidden`.
    static let closed = Policy(
        name: "closed", summary: "Refuses.", blockingScore: nil, blockingCategories: [.obfuscation: .low],
        blocksIncompleteAnalysis: true)
    /// Refuses nothing.
    static let open = Policy(
        name: "open", summary: "Reports.", blockingScore: nil, blockingCategories: [:], blocksIncompleteAnalysis: false)
}
