/// What was found in a program, before a policy looks at it.
struct Analysis: Sendable {
    /// Nil when the analyser does not read the program's language.
    let language: SourceLanguage?
    /// In the order of the source.
    var matches: [RuleMatch] = []
    /// Everything that kept the analysis from seeing the whole program.
    var gaps: [AnalysisGap] = []
    var duration: Duration = .zero
}
