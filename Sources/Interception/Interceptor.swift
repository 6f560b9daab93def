/// The static analyser: source text in, report out. Made once from rules; shared by all callers.
package struct Interceptor: Sendable {
    /// All rules, in the order of their ids.
    package let rules: [Rule]
    private let analysts: AnalystPool

    /// Takes the rules, and what bounds an analysis.
    package init(rules: [Rule], limits: AnalysisLimits = .standard) {
        self.rules = rules.sorted { $0.id < $1.id }
        analysts = AnalystPool(rules: self.rules, limits: limits)
    }

    /// Reads a program and says what it would do, and whether the policy refuses it.
    ///
    /// It never fails: what cannot be analysed is a finding. It works on threads of its own, at most
    /// `limits.parallelism` at once; further callers wait for their turn.
    package func analyze(_ source: [UInt8], language: SourceLanguage, policy: Policy) async -> SecurityReport {
        await analysts.analyze(source, language: language).report(under: policy)
    }

    /// The same for a text.
    package func analyze(_ source: String, language: SourceLanguage, policy: Policy) async -> SecurityReport {
        await analyze(Array(source.utf8), language: language, policy: policy)
    }
}
