import Glibc

/// Everything known about a run when it is over; `result` names the cause of its end.
struct Observation {
    var ending: Ending?
    /// Nil when the sandbox was ended, by us or by itself, before the program ended by itself.
    var status: ExitStatus?
    var limits: Limits
    var outOfMemoryKills = 0
    var processLimitHits = 0
    var diskIsFull = false
    var usage = ResourceUsage()

    init(ending: Ending?, status: ExitStatus?, limits: Limits) {
        self.ending = ending
        self.status = status
        self.limits = limits
    }

    func result(output: CapturedOutput) -> RunResult {
        let outcome = outcome
        var result = RunResult(outcome: outcome, usage: usage, output: output)
        switch status {
        case .exited(let code): result.exitCode = code
        case .signaled(let number): result.signal = Signal.name(number)
        // A limit was enforced by SIGKILL to everything.
        case nil: result.signal = "SIGKILL"
        }
        result.explanation = explanation(outcome, result)
        return result
    }

    /// The kernel's own events come before what they look like from outside: a program that was killed for memory ends
    /// with SIGKILL, or with exit code 137 of the shell that saw it, or with 0 of one that did not care.
    private var outcome: Outcome {
        switch ending {
        case .cancelled: return .cancelled
        case .time: return .timeLimit
        case .cpu: return .cpuLimit
        case .output: return .outputLimit
        case .memory: return .memoryLimit
        case .processes: return .processLimit
        case .disk, .files: return .diskLimit
        case nil: break
        }
        if outOfMemoryKills > 0 { return .memoryLimit }
        if processLimitHits > 0 { return .processLimit }
        switch status {
        case .exited(code: 0): return usage.cpu >= limits.cpu ? .cpuLimit : .ok
        case .signaled(Int(SIGXCPU)): return .cpuLimit
        case .signaled(Int(SIGXFSZ)): return .diskLimit
        case .exited: return usage.cpu >= limits.cpu ? .cpuLimit : diskIsFull ? .diskLimit : .nonzeroExit
        case .signaled: return usage.cpu >= limits.cpu ? .cpuLimit : diskIsFull ? .diskLimit : .signaled
        case nil: return .sandboxError
        }
    }

    private func explanation(_ outcome: Outcome, _ result: RunResult) -> String? {
        let gone = "everything it started is gone"
        return switch outcome {
        case .ok: nil
        case .nonzeroExit: "the program ended with exit code \(result.exitCode ?? -1)"
        case .signaled: "the program was ended by \(result.signal ?? "a signal")"
        case .timeLimit: "time limit reached, \(limits.wall.inSeconds); \(gone)"
        case .cpuLimit: "processor time limit reached, \(limits.cpu.inSeconds); \(gone)"
        case .memoryLimit: "memory limit reached, \(limits.memory.mebibytes) MiB; \(gone)"
        case .processLimit: "process limit reached, \(usage.peakProcesses) of \(limits.processes); \(gone)"
        case .outputLimit: "output limit reached: more than \(limits.flood.bytes) bytes written; \(gone)"
        case .diskLimit where ending == .disk: "disk limit of the workspace reached; \(gone)"
        case .diskLimit where ending == .files: "disk limit reached, \(limits.disk.mebibytes) MiB; \(gone)"
        case .diskLimit: "disk limit reached, \(limits.disk.mebibytes) MiB"
        case .cancelled: "the run was cancelled; \(gone)"
        case .sandboxError: "the sandbox was lost while the program ran"
        case .compileError, .blocked: nil
        }
    }
}

extension Duration {
    /// Seconds for people: `10 seconds`, `1 second`, `0.5 seconds`.
    var inSeconds: String {
        let seconds = self / .seconds(1)
        let number = seconds == seconds.rounded() ? "\(Int(seconds))" : "\((seconds * 1000).rounded() / 1000)"
        return seconds == 1 ? "\(number) second" : "\(number) seconds"
    }
}

/// Signals by name (signal(7)).
enum Signal {
    static func name(_ number: Int) -> String {
        names.indices.contains(number - 1)
            ? "SIG" + names[number - 1] : number >= 34 ? "SIGRTMIN+\(number - 34)" : "signal \(number)"
    }

    /// Of one with a name of its own.
    static func number(_ name: String) -> Int? {
        name.hasPrefix("SIG") ? names.firstIndex(of: String(name.dropFirst(3))).map { $0 + 1 } : nil
    }

    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR",
        "SYS",
    ]
}
