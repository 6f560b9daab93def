/// An example of a rule that does not hold.
package struct BrokenExample: Hashable, Sendable, CustomStringConvertible {
    package let rule: RuleID
    package let example: Rule.Example
    /// Whether the rule must find something in it, and does not; otherwise it must not, and does.
    package let mustMatch: Bool

    package var description: String {
        let code = example.code.replacing("\n", with: "⏎")
        return mustMatch
            ? "\(rule) finds nothing in its example “\(code)” (\(example.language.rawValue))"
            : "\(rule) finds something in “\(code)” (\(example.language.rawValue)), where its file says that it must not"
    }
}

extension Interceptor {
    /// The examples of its rules that do not hold, for a rule file to be refused that does not do what it says.
    package func brokenExamples() async -> [BrokenExample] {
        var broken: [BrokenExample] = []
        for rule in rules {
            for example in rule.examples.matching where await !finds(rule, in: example) {
                broken.append(BrokenExample(rule: rule.id, example: example, mustMatch: true))
            }
            for example in rule.examples.notMatching where await finds(rule, in: example) {
                broken.append(BrokenExample(rule: rule.id, example: example, mustMatch: false))
            }
        }
        return broken
    }

    private func finds(_ rule: Rule, in example: Rule.Example) async -> Bool {
        let report = await analyze(example.code, language: example.language, policy: .reportingAll)
        return report.findings.contains { $0.ruleID == rule.id }
    }
}

extension Policy {
    /// Refuses nothing and switches nothing off.
    fileprivate static let reportingAll = Policy(
        name: "examples", summary: "Reports everything.", blockingScore: nil, blockingCategories: [:],
        blocksIncompleteAnalysis: false)
}
