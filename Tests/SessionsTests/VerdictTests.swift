import Isolation
import Testing

@testable import Sessions

@Suite struct VerdictTests {
    @Test(arguments: [
        ("42\n", "42\n"), ("42\n", "42"), ("42", "42\n\n\n"), ("1  \n2\t\n", "1\n2"), ("a\r\nb\r\n", "a\nb\n"),
        ("a\nb", "a\r\nb\r\n"), ("", ""), ("\n\n", ""), ("  lead", "  lead"), ("a\n\nb\n", "a\n\nb"),
    ])
    func whiteSpaceAtTheEndOfLinesAndOfTheTextDoesNotMatter(actual: String, expected: String) {
        #expect(verdict(actual, expected) == .accepted)
    }

    @Test(arguments: [
        ("42", "43"), ("", "42"), ("42", ""), (" 42", "42"), ("a\nb", "a b"), ("a\n\nb", "a\nb"), ("\n42", "42"),
        ("e\u{301}", "\u{E9}"), ("A", "a"),
    ])
    func anyOtherDifferenceIsAWrongAnswer(actual: String, expected: String) {
        #expect(verdict(actual, expected) == .wrongAnswer)
    }

    @Test func bytesThatAreNotTextAreNotTheReplacementCharacter() {
        var run = RunResult(outcome: .ok)
        run.output.standardOutput = [0xFF]
        #expect(TestCase(name: "t", expectedOutput: "\u{FFFD}").verdict(of: run) == .wrongAnswer)
    }

    @Test func outputWithoutItsMiddleIsNotWhatWasExpected() {
        var run = RunResult(outcome: .ok)
        run.output.standardOutput = Array("ab".utf8)
        run.output.dropped = 100
        #expect(TestCase(name: "t", expectedOutput: "ab").verdict(of: run) == .wrongAnswer)
        #expect(TestCase(name: "t").verdict(of: run) == .accepted)
    }

    @Test func withoutAnExpectationOnlyTheOutcomeCounts() {
        #expect(verdict("anything", nil) == .accepted)
    }

    @Test(arguments: Outcome.allCases.filter { $0 != .ok })
    func noOtherOutcomeIsAcceptedWhateverWasPrinted(outcome: Outcome) {
        #expect(verdict("42", "42", outcome) == .notAccepted)
        #expect(verdict("42", nil, outcome) == .notAccepted)
    }

    @Test func standardErrorIsNotCompared() {
        var run = RunResult(outcome: .ok)
        run.output.standardOutput = Array("42".utf8)
        run.output.standardError = Array("noise".utf8)
        run.output.combined = Array("42noise".utf8)
        #expect(TestCase(name: "t", expectedOutput: "42").verdict(of: run) == .accepted)
    }

    private func verdict(_ actual: String, _ expected: String?, _ outcome: Outcome = .ok) -> TestResult.Verdict {
        var run = RunResult(outcome: outcome)
        run.output.standardOutput = Array(actual.utf8)
        return TestCase(name: "t", expectedOutput: expected).verdict(of: run)
    }
}
