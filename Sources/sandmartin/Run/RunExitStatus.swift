import Glibc
import Isolation
import Sessions

/// The exit status of `run` for a result, and the line that explains it.
struct RunExitStatus: Hashable, Sendable {
    /// Our own failures, and mistakes on the command line that only show later.
    static let failure: Int32 = 125

    let code: Int32
    /// Nil when the program ended well.
    let summary: String?

    init(_ result: ExecutionResult) {
        code = Self.code(result)
        let explanation = result.explanation ?? result.run?.explanation
        summary =
            result.outcome == .ok
            ? nil : "sandmartin: \(result.outcome.rawValue)" + (explanation.map { ": \($0)" } ?? "")
    }

    private static func code(_ result: ExecutionResult) -> Int32 {
        switch result.outcome {
        case .ok, .nonzeroExit: Int32(result.run?.exitCode ?? (result.outcome == .ok ? 0 : 1))
        case .signaled: 128 + (result.run?.signal.flatMap { signals[$0] } ?? 0)
        case .memoryLimit, .processLimit, .outputLimit, .diskLimit: 123
        case .timeLimit, .cpuLimit: 124
        case .sandboxError: failure
        case .compileError, .blocked: 126
        case .cancelled: 128 + SIGINT
        }
    }

    private static let signals: [String: Int32] = [
        "SIGHUP": SIGHUP, "SIGINT": SIGINT, "SIGQUIT": SIGQUIT, "SIGILL": SIGILL, "SIGTRAP": SIGTRAP,
        "SIGABRT": SIGABRT,
        "SIGBUS": SIGBUS, "SIGFPE": SIGFPE, "SIGKILL": SIGKILL, "SIGUSR1": SIGUSR1, "SIGSEGV": SIGSEGV,
        "SIGUSR2": SIGUSR2, "SIGPIPE": SIGPIPE, "SIGALRM": SIGALRM, "SIGTERM": SIGTERM, "SIGSTKFLT": 16,
        "SIGCHLD": SIGCHLD, "SIGCONT": SIGCONT, "SIGSTOP": SIGSTOP, "SIGTSTP": SIGTSTP, "SIGTTIN": SIGTTIN,
        "SIGTTOU": SIGTTOU, "SIGURG": SIGURG, "SIGXCPU": SIGXCPU, "SIGXFSZ": SIGXFSZ, "SIGVTALRM": SIGVTALRM,
        "SIGPROF": SIGPROF, "SIGWINCH": SIGWINCH, "SIGIO": SIGIO, "SIGPWR": SIGPWR, "SIGSYS": SIGSYS,
    ]

    /// The table in the help text.
    static let explanation = """
        Exit status:
          0-255    the program's own, when it ended by itself
          128+N    signal N ended the program
          123      a limit of memory, processes, output or disk ended it
          124      a limit of time ended it
          125      sandmartin failed, or could not use what it was given
          126      the compiler refused the program, or the policy did before it ran
          130      interrupted
        """
}
