import Testing

@testable import Interception

/// Programs that are made to keep a parser busy. Every one of them must end as a report, and none as "clean" without
/// having been read. Times are bounded by the deadline, which the budget holds; no test looks at a clock.
@Suite struct HostileInputTests {
    struct Input: Sendable, CustomTestStringConvertible {
        var name: String
        var language: SourceLanguage
        var source: [UInt8]

        var testDescription: String { "\(language.rawValue): \(name)" }

        init(_ name: String, _ language: SourceLanguage, _ source: String) {
            self.name = name
            self.language = language
            self.source = Array(source.utf8)
        }
    }

    /// Shapes in which each language has been slow or deep.
    static let shapes: [Input] = SourceLanguage.allCases.flatMap { language in
        [
            "(", "[", "{", "\"", "'", "`", "<", "<<", "$(", "${", "((", "/*", "\\", "a.", "a(", "!", "-", "x=", "f(){",
            "<<a\n",
        ]
        .map { Input("“\($0)” repeated", language, String(repeating: $0, count: 60_000 / $0.utf8.count)) }
    }

    static let chains: [Input] = [
        Input("long sum", .python, "x = " + String(repeating: "'a' + ", count: 20_000) + "'b'"),
        Input("long attribute chain", .python, "x" + String(repeating: ".y", count: 60_000)),
        Input("long call chain", .javascript, "x" + String(repeating: ".y()", count: 30_000)),
        Input("texts that double", .python, doubling("'0123456789'")),
        Input("nested calls", .python, String(repeating: "f(", count: 20_000) + String(repeating: ")", count: 20_000)),
        Input("nested endless loops", .javascript, String(repeating: "while(1){", count: 5_000)),
        Input("nested endless loops", .rust, "fn main(){" + String(repeating: "loop {", count: 5_000)),
        Input("many arguments", .python, "f(" + String(repeating: "1,", count: 60_000) + ")"),
        Input("many evaluations", .python, String(repeating: "exec('x=1')\n", count: 10_000)),
        Input("many different evaluations", .python, (0..<8_000).map { "exec('x=\($0)')\n" }.joined()),
    ]

    private static func doubling(_ first: String) -> String {
        "a0 = \(first)\n" + (1..<200).map { "a\($0) = a\($0 - 1) + a\($0 - 1)\n" }.joined()
    }

    @Test(arguments: shapes + chains)
    func everyHostileProgramEndsAsAReport(input: Input) async throws {
        let report = try await InterceptorFixture().report(on: input.source, input.language, policy: "strict")
        #expect(report.isComplete || report.findings.contains { $0.category == .incompleteAnalysis })
        #expect(report.isComplete || report.decision == .block)
        #expect(report.findings.count <= SecurityReport.maximumFindings)
    }

    @Test(arguments: SourceLanguage.allCases)
    func aSourceBeyondTheLimitIsNotParsed(language: SourceLanguage) async throws {
        // Parsers that are not optimised need more than the ordinary deadline for as much.
        let fixture = try InterceptorFixture(limits: AnalysisLimits(deadline: .seconds(60)))
        let space = [UInt8](repeating: UInt8(ascii: "\n"), count: 256 << 10)
        #expect(try await fixture.report(on: space, language, policy: "strict").isComplete)
        let large = try await fixture.report(on: space + [10], language, policy: "strict")
        #expect(!large.isComplete)
        #expect(large.decision == .block)
        #expect(large.findings.map(\.ruleID.text) == ["analysis.incomplete.size"])
    }

    @Test(arguments: SourceLanguage.allCases)
    func aNulByteIsRefusedBeforeParsing(language: SourceLanguage) async throws {
        let source = [UInt8](repeating: 0, count: 200_000)
        let fixture = try InterceptorFixture(limits: AnalysisLimits(deadline: .seconds(60)))
        let report = try await fixture.report(on: source, language, policy: "strict")
        #expect(report.findings.contains { $0.ruleID.text == "analysis.incomplete.nul-byte" })
        #expect(report.decision == .block)
    }

    @Test func bytesThatAreNoTextAreRead() async throws {
        let source: [UInt8] = [0xFF, 0xFE, 0x0A] + Array("import os\nos.system('id')\n".utf8) + [0xE2, 0x80]
        let report = try await InterceptorFixture().report(on: source, .python)
        #expect(report.findings.contains { $0.ruleID.text == "py.process.os-system" })
    }

    @Test func whatTheBudgetDoesNotAllowIsSaid() async throws {
        let fixture = try InterceptorFixture(limits: AnalysisLimits(nodes: 50))
        let code = String(repeating: "print(1)\n", count: 100)
        let report = try await fixture.report(on: code, .python)
        #expect(report.findings.map(\.ruleID.text) == ["analysis.incomplete.nodes"])
        #expect(report.decision == .allow)
        #expect(try await fixture.report(on: code, .python, policy: "strict").decision == .block)
        #expect(try await fixture.report(on: "print(1)", .python, policy: "strict").decision == .allow)
    }

    @Test func anExpiredDeadlineIsSaid() async throws {
        let fixture = try InterceptorFixture(limits: AnalysisLimits(deadline: .zero))
        let report = try await fixture.report(on: "print(1)", .python, policy: "strict")
        #expect(report.findings.map(\.ruleID.text) == ["analysis.incomplete.time"])
        #expect(report.decision == .block)
    }

    @Test func codeInCodeIsReadThreeLevelsDeep() async throws {
        let fixture = try InterceptorFixture()
        var code = "import os; os.setuid(0)"
        for level in 1...4 {
            code = "exec(\(quoted(code)))"
            let report = try await fixture.report(on: code, .python)
            let isFound = report.findings.contains { $0.ruleID.text == "py.privilege.identity" }
            #expect(isFound == (level <= 3), "level \(level)")
            #expect(report.isComplete == (level <= 3), "level \(level)")
        }
    }

    private func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
