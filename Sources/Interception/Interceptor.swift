/// The static analyser: source text in, report out. Made once from rules; shared by all callers.
package struct Interceptor: Sendable {
    /// All rules, in the order of their ids.
    package let rules: [Rule]
    /// What bounds an analysis.
    package let limits: AnalysisLimits
    private let analysts: AnalystPool

    /// Takes the rules, and what bounds an analysis.
    package init(rules: [Rule], limits: AnalysisLimits = .standard) {
        self.rules = rules.sorted { $0.id < $1.id }
        self.limits = limits
        analysts = AnalystPool(rules: self.rules, limits: limits)
    }

    /// Makes ready what the first programs would wait for, some tens of milliseconds; for those who serve many.
    package func prepare() async { await analysts.prepare() }

    /// Reads a program and says what it would do, and whether the policy refuses it.
    ///
    /// It never fails: what cannot be analysed is a finding. It works on threads of its own, at most
    /// `limits.parallelism` at once; further callers wait for their turn.
    package func analyze(_ source: [UInt8], language: SourceLanguage, policy: Policy) async -> SecurityReport {
        await analyze([ProgramSource(language: language, bytes: source)], policy: policy)
    }

    /// The same for a text.
    package func analyze(_ source: String, language: SourceLanguage, policy: Policy) async -> SecurityReport {
        await analyze(Array(source.utf8), language: language, policy: policy)
    }

    /// The same for a program of several sources, in this order. The deadline is for all of them together: the one that
    /// is read when it passes may take as long again, and those behind it are not read.
    package func analyze(_ sources: [ProgramSource], policy: Policy) async -> SecurityReport {
        var parts: [ProgramPart] = []
        var duration = Duration.zero
        for source in sources {
            var part = ProgramPart(file: source.file, analysis: Analysis(language: source.language))
            if let language = source.language, duration < limits.deadline {
                part.analysis = await analysts.analyze(source.bytes, language: language)
                duration += part.analysis.duration
            } else {
                part.analysis.gaps = [source.language == nil ? .unreadLanguage : .outOfTime]
            }
            parts.append(part)
        }
        return SecurityReport(on: parts, duration: duration, under: policy)
    }
}
