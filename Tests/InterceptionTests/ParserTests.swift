import Testing

@testable import Interception

/// The flat parser gives the tree that tree-sitter gives, for sound programs and for damaged ones.
@Suite struct ParserTests {
    private static let mutationsOfEachLanguage = 1_000

    @Test(arguments: SourceLanguage.allCases)
    func quickTreeIsTheTreeOfTreeSitter(language: SourceLanguage) throws {
        let parser = Parser(Frontends.frontend(for: language).grammar)
        let budget = AnalysisBudget(nodes: .max, deadline: .now.advanced(by: .seconds(600)))
        let sources = try Self.examples(language)
        var quick = 0
        for source in sources {
            let comparison = parser.compare(SourceCode(source), budget: budget)
            #expect(comparison.isSame, "\(String(decoding: source, as: UTF8.self))")
            if comparison.isQuick { quick += 1 }
        }
        // Otherwise the comparison would be of tree-sitter with itself.
        #expect(quick * 2 > sources.count)
        var random = SplitMix(seed: 0xF1A7 + UInt64(language.rawValue.utf8.count))
        for _ in 0..<Self.mutationsOfEachLanguage {
            let source = random.mutation(of: sources)
            #expect(
                parser.compare(SourceCode(source), budget: budget).isSame, "\(String(decoding: source, as: UTF8.self))")
        }
    }

    /// Texts that begin or end as few programs do.
    @Test(arguments: SourceLanguage.allCases)
    func textsWithoutAProgramHaveATreeToo(language: SourceLanguage) {
        let parser = Parser(Frontends.frontend(for: language).grammar)
        let budget = AnalysisBudget(nodes: .max, deadline: .now.advanced(by: .seconds(600)))
        for text in ["", "\n", " ", "\t\n ", "\u{FEFF}", "\u{FEFF}x", "#", "# x", "x", "x\n", "é", "\\", "\u{1F980}"] {
            #expect(parser.compare(SourceCode(Array(text.utf8)), budget: budget).isSame, "\(text.debugDescription)")
        }
        #expect(parser.compare(SourceCode([0xFF]), budget: budget).isSame)
    }

    /// Programs of a language in the examples of all rules, and several of them joined.
    private static func examples(_ language: SourceLanguage) throws -> [[UInt8]] {
        let codes = try InterceptorFixture().catalog.rules.flatMap { $0.examples.matching + $0.examples.notMatching }
            .filter { $0.language == language && !$0.code.utf8.contains(0) }.map { Array($0.code.utf8) }
        let joined = stride(from: 0, to: codes.count, by: 8).map { start in
            Array(codes[start..<min(start + 8, codes.count)].joined(separator: [UInt8(ascii: "\n")]))
        }
        return codes + joined
    }
}
