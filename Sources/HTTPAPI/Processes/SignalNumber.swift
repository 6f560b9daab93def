import Glibc
import Sessions

/// A signal as a request names it: `"TERM"`, `"SIGTERM"` or 15.
enum SignalNumber {
    /// Those that programs use, by the names of signal(7).
    private static let byName: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ABRT": SIGABRT, "KILL": SIGKILL, "USR1": SIGUSR1,
        "USR2": SIGUSR2, "PIPE": SIGPIPE, "ALRM": SIGALRM, "TERM": SIGTERM, "CHLD": SIGCHLD, "CONT": SIGCONT,
        "STOP": SIGSTOP, "TSTP": SIGTSTP, "TTIN": SIGTTIN, "TTOU": SIGTTOU, "URG": SIGURG, "WINCH": SIGWINCH,
        "IO": SIGIO, "TRAP": SIGTRAP, "BUS": SIGBUS, "FPE": SIGFPE, "ILL": SIGILL, "SEGV": SIGSEGV, "SYS": SIGSYS,
        "XCPU": SIGXCPU, "XFSZ": SIGXFSZ, "VTALRM": SIGVTALRM, "PROF": SIGPROF, "PWR": SIGPWR,
    ]
    /// The last of the real-time signals.
    private static let maximum: Int32 = 64

    static func number(_ value: JSONValue?) throws(InvalidRequest) -> Int32 {
        switch value {
        case .integer(let number)? where (1...Int(maximum)).contains(number): return Int32(number)
        case .string(let text)?:
            let name = text.uppercased()
            if let number = byName[name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name] { return number }
        default: break
        }
        throw InvalidRequest(
            field: "signal", message: "signal must be a name such as TERM or SIGTERM, or a number from 1 to \(maximum)."
        )
    }
}
