package import Interception
package import Isolation

/// How an execution ended, whatever the reason.
package struct ExecutionResult: Sendable {
    package var id: ExecutionID
    /// The language's canonical name.
    package var language: String
    package var outcome: Outcome
    /// One plain sentence when the outcome is not `ok`.
    package var explanation: String?
    /// What reading the program found before it ran; nil when it was cancelled before that.
    package var securityReport: SecurityReport?
    /// The program's run; nil when it never ran (blocked, compile error, cancelled in the queue, sandbox error). With
    /// tests: nil.
    package var run: RunResult?
    /// The compiler's run, for compiled languages.
    package var compile: RunResult?
    package var tests: [TestResult] = []
    package var files: [CollectedFile] = []
    package var limits: Limits
    package var isolation: IsolationReport
    package var queued: Duration = .zero

    /// True when everything ended well: the outcome is `ok`, and every test was accepted.
    package var isSuccess: Bool { outcome == .ok && tests.allSatisfy { $0.verdict == .accepted } }

    package init(
        id: ExecutionID, language: String, outcome: Outcome, explanation: String? = nil, limits: Limits,
        isolation: IsolationReport
    ) {
        self.id = id
        self.language = language
        self.outcome = outcome
        self.explanation = explanation
        self.limits = limits
        self.isolation = isolation
    }
}

package struct TestResult: Sendable {
    package enum Verdict: String, Sendable, Codable {
        case accepted
        case wrongAnswer = "wrong_answer"
        case notAccepted = "not_accepted"
    }

    package var name: String
    /// `accepted`: ended with `ok` and the expected output. `wrong_answer`: ended with `ok` and another output.
    /// `not_accepted`: any other outcome, which `run.outcome` names.
    package var verdict: Verdict
    package var run: RunResult

    package init(name: String, verdict: Verdict, run: RunResult) {
        self.name = name
        self.verdict = verdict
        self.run = run
    }
}

/// What is told while an execution goes on, in this order; `result` is always the last.
package enum ExecutionEvent: Sendable {
    case started
    case compiled(RunResult)
    case output(OutputStream, [UInt8])
    case result(ExecutionResult)
}
