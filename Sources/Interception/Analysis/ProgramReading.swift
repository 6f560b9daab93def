/// The reading of one program: which sources are still to read, and what was found so far.
struct ProgramReading {
    private let language: SourceLanguage
    private let limits: AnalysisLimits
    private let budget: AnalysisBudget
    private let program: ProgramText
    private var pending: [CodeUnit]
    private var seen: Set<Embedding> = []
    private var matches: [Match] = []
    private var gaps: [AnalysisGap] = []

    private struct Match {
        let rule: Rule
        let name: String
        let language: SourceLanguage
        let range: Range<Int>
    }

    /// The same text in the same language is read once; copies of it would only take time.
    private struct Embedding: Hashable {
        let language: SourceLanguage
        let code: String
    }

    init(_ source: [UInt8], language: SourceLanguage, limits: AnalysisLimits, budget: AnalysisBudget) {
        self.language = language
        self.limits = limits
        self.budget = budget
        program = ProgramText(source)
        pending = [CodeUnit(language: language, bytes: source, depth: 0, enclosing: nil)]
    }

    /// The next source to read; nil at the end, or when the budget is used up.
    mutating func next() -> CodeUnit? {
        guard budget.checkTime(), !pending.isEmpty else { return nil }
        return pending.removeFirst()
    }

    /// Takes in what was found in a source.
    mutating func note(_ reading: UnitReading, of unit: CodeUnit) {
        matches += reading.matches.map { match in
            Match(rule: match.rule, name: match.name, language: unit.language, range: unit.inProgram(match.range))
        }
        if let gap = reading.gap { add(gap) }
        for code in reading.embedded where seen.insert(Embedding(language: code.language, code: code.code)).inserted {
            guard unit.depth < limits.embeddingDepth else {
                add(.nestedTooDeeply)
                continue
            }
            let bytes = Array(code.code.utf8)
            guard bytes.count <= limits.sourceBytes else {
                add(.tooLarge(bytes: bytes.count, limit: limits.sourceBytes))
                continue
            }
            pending.append(
                CodeUnit(
                    language: code.language, bytes: bytes, depth: unit.depth + 1,
                    enclosing: unit.inProgram(code.range)))
        }
    }

    /// What was found, in the order of the program, and what was not seen.
    consuming func result() -> ([RuleMatch], [AnalysisGap]) {
        switch budget.exhausted {
        case .time?: add(.outOfTime)
        case .nodes?: add(.tooManyNodes)
        case nil: break
        }
        struct Place: Hashable {
            let rule: RuleID
            let start: Int
        }
        var places: Set<Place> = []
        let ordered = matches.enumerated().sorted {
            ($0.element.range.lowerBound, $1.element.rule.severity, $0.offset)
                < ($1.element.range.lowerBound, $0.element.rule.severity, $1.offset)
        }
        let found = ordered.compactMap { _, match -> RuleMatch? in
            guard places.insert(Place(rule: match.rule.id, start: match.range.lowerBound)).inserted else { return nil }
            return RuleMatch(
                rule: match.rule, name: match.name, language: match.language,
                location: program.location(of: match.range), snippet: program.snippet(of: match.range))
        }
        return (found, gaps)
    }

    private mutating func add(_ gap: AnalysisGap) {
        if !gaps.contains(gap) { gaps.append(gap) }
    }
}
