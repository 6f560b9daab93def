import Interception
import Testing

@testable import sandmartin

@Suite struct AnalysisTextTests {
    private func text(of code: String, policy: Policy = .closed, palette: Palette = .plain) async -> String {
        let report = await Interceptor(rules: [.forbidden]).analyze(code, language: .python, policy: policy)
        return "\(AnalysisText(report, of: Array(code.utf8), name: "a.py", palette: palette))"
    }

    @Test func aFindingHasItsPlaceItsLineAndWhatToDoInstead() async {
        #expect(
            await text(of: "x = 1\nprint('forbidden')\n") == """
                a.py:2:7: high: Forbidden text [refused]
                    2 | print('forbidden')
                      |       ^^^^^^^^^^^
                    Says forbidden.
                    Instead: Say something else.
                    test.forbidden · obfuscation · CWE-506

                a.py: 1 finding (1 high), risk 30 of 100 (high); refused by the policy “closed”
                """)
    }

    @Test func whatIsOnlyReportedIsNotCalledRefused() async {
        let text = await text(of: "print('forbidden')", policy: .open)
        #expect(text.hasPrefix("a.py:1:7: high: Forbidden text\n"))
        #expect(text.hasSuffix("; allowed by the policy “open”"))
    }

    @Test func aCleanProgramIsOneLine() async {
        #expect(
            await text(of: "print('fine')")
                == "a.py: no findings, risk 0 of 100 (none); allowed by the policy “closed”")
    }

    @Test func coloursStandOnlyWhereTheyAreWanted() async {
        let code = "print('forbidden')"
        #expect(!(await text(of: code).contains("\u{1B}")))
        #expect(await text(of: code, palette: Palette(isColoured: true)).contains("\u{1B}[1;31mhigh\u{1B}[0m"))
        // No terminal is behind a test's standard input.
        #expect(!Palette(descriptor: -1, environment: ["TERM": "xterm"]).isColoured)
    }

    @Test func aTerminalObeysNothingOfTheSource() async {
        let text = await text(of: "print('forbidden') # \u{1B}]0;title\u{7} \u{202E} \u{9B}1m\r\n")
        #expect(text.contains("    1 | print('forbidden') # ␛]0;title␇ � �1m\n"))
        #expect(!text.unicodeScalars.contains { ["\u{1B}", "\u{7}", "\u{202E}", "\u{9B}", "\r"].contains($0) })
    }

    @Test func marksStandBelowTheirPartAlsoBehindTabsAndOtherScripts() async {
        #expect(
            await text(of: "if x:\n\tprint('ü', 'forbidden')").contains(
                """
                    2 |  print('ü', 'forbidden')
                      |             ^^^^^^^^^^^
                """))
    }

    @Test func ofALongLineThePartThatIsMeantIsShown() async throws {
        let code =
            String(repeating: "x = 1; ", count: 100) + "print('forbidden'); " + String(repeating: "y = 2; ", count: 100)
        let lines = await text(of: code).split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("a.py:1:707: "))
        let (source, marks) = (lines[1], lines[2])
        #expect(source.count < 130)
        let start = try #require(marks.firstIndex(of: "^")).utf16Offset(in: marks)
        #expect(Array(source)[start..<start + 11].map(String.init).joined() == "'forbidden'")
        #expect(marks.hasSuffix(" " + String(repeating: "^", count: 11)))
    }
}
