import Isolation

/// A command of a session, from its start until it is forgotten.
struct CommandRecord: Sendable {
    enum Phase: Sendable {
        case running(any RunningCommand)
        /// Its first process has ended, others of it go on.
        case leftBehind(any RunningCommand, RunResult?)
        case ended(RunResult?)
    }

    /// Tells it from others that had the same process number.
    let number: Int
    let pid: Int32
    let command: String
    let isBackground: Bool
    let started: WallTime
    /// Of a background command: the output of others goes with their answers.
    let output: OutputRing?
    var phase: Phase

    var running: (any RunningCommand)? {
        switch phase {
        case .running(let command), .leftBehind(let command, _): command
        case .ended: nil
        }
    }

    /// Bytes of memory that it costs to remember.
    var size: Int { 512 + command.utf8.count + (output?.kept ?? 0) }

    func summary(_ activity: CommandActivity? = nil) -> ProcessSummary {
        var summary = ProcessSummary(
            pid: pid, command: command, isBackground: isBackground, started: started, state: .running,
            activity: activity, outputBytes: output?.total ?? 0)
        switch phase {
        case .running: break
        case .leftBehind(_, let result): (summary.state, summary.result) = (.leftBehind, result)
        case .ended(let result): (summary.state, summary.result) = (.ended, result)
        }
        return summary
    }
}

extension RunResult {
    /// How it ended, without what it wrote.
    var withoutOutput: RunResult {
        var result = self
        result.output = CapturedOutput()
        return result
    }
}
