package import Interception
package import Isolation

/// A shell line to run in a session, already validated.
package struct CommandRequest: Hashable, Sendable {
    package var command: String
    package var standardInput: [UInt8] = []
    /// For this command alone.
    package var environment: [String: String] = [:]
    /// Nil: the standard one; for background commands: none.
    package var timeout: Duration?
    package var isBackground = false
    /// Decides whether it may run; nil: the operator's.
    package var policy: Policy?

    package init(command: String) { self.command = command }
}

/// What became of a command.
package struct CommandReply: Sendable {
    package enum Fate: Sendable {
        /// Refused by the policy or the operator: a whole sentence of why.
        case blocked(String)
        /// Runs in the background.
        case running(ProcessSummary)
        case ended(CommandResult)
    }

    package var fate: Fate
    package var session: SessionID
    /// Nil for what was refused.
    package var pid: Int32?
    package var workingDirectory: String
    /// Nil for what was refused unread.
    package var report: SecurityReport?
    /// What the whole session used so far; nil when its sandbox is gone.
    package var usage: SessionUsage?
    package var isolation: IsolationReport
    package var limits: CommandLimits
    /// What its session may use, and the command with it.
    package var sessionLimits: SessionLimits
    /// From the request until the command began.
    package var waited: Duration

    package init(
        fate: Fate, session: SessionID, pid: Int32? = nil, workingDirectory: String, report: SecurityReport?,
        usage: SessionUsage? = nil, isolation: IsolationReport, limits: CommandLimits, sessionLimits: SessionLimits,
        waited: Duration = .zero
    ) {
        self.fate = fate
        self.session = session
        self.pid = pid
        self.workingDirectory = workingDirectory
        self.report = report
        self.usage = usage
        self.isolation = isolation
        self.limits = limits
        self.sessionLimits = sessionLimits
        self.waited = waited
    }
}

/// Is told of a command while it goes on, on the sandbox's event loop: both must return at once.
package struct CommandObserver: Sendable {
    /// Once, before any output: it has been let in and runs. Never for what is refused.
    package var started: @Sendable (SessionID, _ pid: Int32) -> Void
    package var output: OutputObserver

    package init(started: @escaping @Sendable (SessionID, _ pid: Int32) -> Void, output: @escaping OutputObserver) {
        self.started = started
        self.output = output
    }
}

/// A command of a session as it is listed.
package struct ProcessSummary: Hashable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        case running
        /// Its first process has ended; others of it go on.
        case leftBehind = "left_behind"
        case ended
    }

    /// As programs of the session see it; not used twice while the session remembers it.
    package var pid: Int32
    package var command: String
    package var isBackground: Bool
    package var started: WallTime
    package var state: State
    /// Nil while its first process runs.
    package var result: RunResult?
    /// Nil when no process of it is left.
    package var activity: CommandActivity?
    /// Bytes written so far, kept or not.
    package var outputBytes: Int

    package init(
        pid: Int32, command: String, isBackground: Bool, started: WallTime, state: State, result: RunResult? = nil,
        activity: CommandActivity? = nil, outputBytes: Int = 0
    ) {
        self.pid = pid
        self.command = command
        self.isBackground = isBackground
        self.started = started
        self.state = state
        self.result = result
        self.activity = activity
        self.outputBytes = outputBytes
    }
}

/// A part of a background command's output.
package struct ProcessOutput: Hashable, Sendable {
    package var bytes: [UInt8]
    /// Of the first of `bytes`: above what was asked for when that is no longer kept.
    package var offset: Int
    /// Where to ask next.
    package var next: Int
    /// Whether there will be no more.
    package var isComplete: Bool

    package init(bytes: [UInt8], offset: Int, next: Int, isComplete: Bool) {
        self.bytes = bytes
        self.offset = offset
        self.next = next
        self.isComplete = isComplete
    }
}
