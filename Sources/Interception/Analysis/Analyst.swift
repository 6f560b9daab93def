/// Analyses one program at a time, on a thread of its own: parsing is work that no other task should wait behind.
///
/// It keeps parsers and the states of patterns between programs; none of that depends on what it has read.
actor Analyst {
    private let executor = AnalystExecutor()
    private let rules: [Rule]
    private let limits: AnalysisLimits
    private var readers: [SourceLanguage: LanguageReader] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(rules: [Rule], limits: AnalysisLimits) {
        self.rules = rules
        self.limits = limits
    }

    /// Makes ready what the first program of each language would wait for.
    func prepare() {
        for language in SourceLanguage.allCases { _ = reader(for: language) }
    }

    /// Analyses a program with all code inside it.
    func analyze(_ source: [UInt8], language: SourceLanguage) -> Analysis {
        // Before the clock starts: it is not the program that takes this time.
        _ = reader(for: language)
        let clock = ContinuousClock()
        let start = clock.now
        var analysis = Analysis(language: language)
        if source.count > limits.sourceBytes {
            analysis.gaps = [.tooLarge(bytes: source.count, limit: limits.sourceBytes)]
        } else {
            let budget = AnalysisBudget(nodes: limits.nodes, deadline: start.advanced(by: limits.deadline))
            var reading = ProgramReading(source, language: language, limits: limits, budget: budget)
            while let unit = reading.next() {
                reading.note(reader(for: unit.language).read(unit, budget: budget), of: unit)
            }
            (analysis.matches, analysis.gaps) = reading.result()
        }
        analysis.duration = start.duration(to: clock.now)
        return analysis
    }

    private func reader(for language: SourceLanguage) -> LanguageReader {
        if let reader = readers[language] { return reader }
        let reader = LanguageReader(language, rules: rules)
        readers[language] = reader
        return reader
    }
}
