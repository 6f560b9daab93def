/// Lends analysts to callers, at most a fixed number at once; who comes too late waits, first come, first served.
actor AnalystPool {
    private let rules: [Rule]
    private let limits: AnalysisLimits
    private var idle: [Analyst] = []
    private var made = 0
    private var waiting: [CheckedContinuation<Analyst, Never>] = []

    init(rules: [Rule], limits: AnalysisLimits) {
        self.rules = rules
        self.limits = limits
    }

    /// Analyses a program as soon as an analyst is free.
    func analyze(_ source: [UInt8], language: SourceLanguage) async -> Analysis {
        let analyst = await borrow()
        let analysis = await analyst.analyze(source, language: language)
        giveBack(analyst)
        return analysis
    }

    /// Makes all analysts, and makes them ready.
    func prepare() async {
        while made < max(1, limits.parallelism) {
            made += 1
            let analyst = Analyst(rules: rules, limits: limits)
            await analyst.prepare()
            giveBack(analyst)
        }
    }

    private func borrow() async -> Analyst {
        if let analyst = idle.popLast() { return analyst }
        if made < max(1, limits.parallelism) {
            made += 1
            return Analyst(rules: rules, limits: limits)
        }
        return await withCheckedContinuation { waiting.append($0) }
    }

    private func giveBack(_ analyst: Analyst) {
        if waiting.isEmpty { idle.append(analyst) } else { waiting.removeFirst().resume(returning: analyst) }
    }
}
