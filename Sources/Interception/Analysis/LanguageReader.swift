/// Reads sources of one language: parses them, has the front end read facts, and holds the rules against these.
final class LanguageReader {
    private let language: SourceLanguage
    private let frontend: any LanguageFrontend.Type
    private let parser: Parser
    private let rules: RuleIndex

    /// From this share of text that is not of the language on, the reading says little.
    private static let unparsablePercent = 50

    init(_ language: SourceLanguage, rules: [Rule]) {
        self.language = language
        frontend = Frontends.frontend(for: language)
        parser = Parser(frontend.grammar)
        self.rules = RuleIndex(rules.filter { $0.languages.contains(language) })
    }

    func read(_ unit: CodeUnit, budget: AnalysisBudget) -> UnitReading {
        var reading = UnitReading()
        var facts = FactCollector(for: rules)
        let scan = ByteScan(unit.bytes)
        if let offset = scan.bidiControl { facts.add(.bidiControl, at: offset..<offset + 3) }
        if let offset = scan.nul {
            facts.add(.nulByte, at: offset..<offset + 1)
            reading.gap = .nulByte
            reading.matches = matches(of: facts.facts, in: SourceCode(unit.bytes))
            return reading
        }
        let source = SourceCode(unit.bytes, without: frontend.omissions(in: unit.bytes))
        if let tree = parser.parse(source, budget: budget) {
            frontend.read(tree, into: &facts)
            if unit.depth == 0 { reading.gap = gap(in: tree) }
        }
        reading.matches = matches(of: facts.facts, in: source)
        reading.embedded = facts.embedded.map { code in
            FactCollector.EmbeddedCode(
                language: code.language, code: code.code, range: source.submitted(code.range))
        }
        return reading
    }

    private func matches(of facts: [Fact], in source: SourceCode) -> [(rule: Rule, name: String, range: Range<Int>)] {
        var matches: [(rule: Rule, name: String, range: Range<Int>)] = []
        for fact in facts {
            rules.forEachMatch(of: fact, in: source) { matches.append(($0, fact.name, source.submitted(fact.range))) }
        }
        return matches
    }

    private func gap(in tree: SyntaxTree) -> AnalysisGap? {
        let size = tree.source.bytes.count
        guard size > 0 else { return nil }
        let percent = tree.erroneousBytes * 100 / size
        return percent >= Self.unparsablePercent ? .unparsable(percent: percent) : nil
    }
}
