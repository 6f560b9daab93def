/// One command of a session: a program, or a shell with the state that the session's last shell left.
package struct SessionCommand: Hashable, Sendable {
    package var command: Command
    /// What its shell begins with; nil for a program, which gets and leaves none.
    var state: [UInt8]?
    /// Whether standard input stays open after `command.standardInput`, for what is written to the running command.
    package var keepsInputOpen = false

    /// A program, never a shell line.
    package static func program(_ command: Command) -> SessionCommand { SessionCommand(command: command, state: nil) }

    /// A shell line, as `bash -c` takes it, of at most ``maximumTextSize`` bytes without NUL.
    ///
    /// `environment` is what a session's first shell begins with; later ones have what is in `state`. `additions` are set
    /// for this command alone: they are not part of the state that it leaves, unless it changes them.
    /// Names in both are identifiers.
    package static func shell(
        _ text: String, state: ShellState?, environment: [String: String], additions: [String: String] = [:],
        standardInput: [UInt8] = []
    ) -> SessionCommand {
        let command = Command(
            executable: "/bin/bash", arguments: ["bash", "-c", "--", text, "bash"],
            environment: shellEnvironment(state, environment, additions), standardInput: standardInput)
        return SessionCommand(command: command, state: state?.script ?? [])
    }

    /// An interactive shell for a terminal. It begins with the session's state and leaves none.
    package static func interactiveShell(
        state: ShellState?, environment: [String: String], additions: [String: String] = [:]
    ) -> SessionCommand {
        var environment = shellEnvironment(state, environment, additions)
        environment["BASH_ENV"] = nil
        let command = Command(
            executable: "/bin/bash", arguments: ["bash", "--rcfile", ShellScript.path, "-i"],
            environment: environment)
        return SessionCommand(command: command, state: state?.script ?? [])
    }

    /// Bytes of a shell line; longer ones go into a file.
    package static let maximumTextSize = 64 << 10

    private static func shellEnvironment(
        _ state: ShellState?, _ environment: [String: String], _ additions: [String: String]
    ) -> [String: String] {
        var variables = state == nil ? environment : [:]
        variables["BASH_ENV"] = ShellScript.path
        for (index, addition) in additions.sorted(by: { $0.key < $1.key }).enumerated() {
            variables["\(ShellScript.additionPrefix)\(index)"] = "\(addition.key)=\(addition.value)"
        }
        return variables
    }
}

/// What one command may use, beside what its session may.
package struct CommandLimits: Hashable, Sendable {
    /// Real time until its first process ends; nil: as long as the sandbox lives.
    package var wall: Duration?
    /// Processor time of its processes; nil: unlimited but by `wall`.
    package var cpu: Duration?
    /// Output kept; what is above loses its middle.
    package var output: ByteCount
    /// Whether a flood of output ends the command, as it does a run. Otherwise it is slowed down, and lost.
    package var endsFlood: Bool
    /// Whether the observer gets all output, also above what is kept, until no process is left.
    package var observesEverything = false
    /// Bytes of each file that it writes.
    package var fileSize: ByteCount
    package var openFiles: Int

    package init(
        wall: Duration?, cpu: Duration? = nil, output: ByteCount, endsFlood: Bool = true, fileSize: ByteCount,
        openFiles: Int = 1024
    ) {
        self.wall = wall
        self.cpu = cpu
        self.output = output
        self.endsFlood = endsFlood
        self.fileSize = fileSize
        self.openFiles = openFiles
    }

    /// The same as limits of a run, for what is said about its end.
    func limits(in session: SessionLimits) -> Limits {
        Limits(
            wall: wall ?? .seconds(Int64.max >> 1), cpu: cpu ?? .seconds(Int64.max >> 1), memory: session.memory,
            processes: session.processes, output: output, disk: session.scratch, openFiles: openFiles)
    }
}

/// Rows and columns of a terminal, each 1 to 65535.
package struct TerminalSize: Hashable, Sendable {
    package var rows: UInt16
    package var columns: UInt16

    package init(rows: UInt16, columns: UInt16) {
        self.rows = rows
        self.columns = columns
    }
}

/// How a command's first process ended, what it left for the next, and whether it left processes.
package struct CommandResult: Hashable, Sendable {
    /// Its output is what was written until then. `usage` is that of its own processes, except for the peaks: of memory it
    /// is the largest process's, of processes the session's while it ran.
    package var run: RunResult
    /// Nil when the shell left none: it was killed, or replaced itself by `exec`; then the old state stays.
    package var state: ShellState?
    /// Whether it wrote a state above ``ShellState/maximumSize``, which is then not kept.
    package var stateIsTooLarge = false
    /// Whether processes of it go on in the background.
    package var hasBackground = false
}

/// What a command's processes use now.
package struct CommandActivity: Hashable, Sendable {
    package var processes: Int
    /// In steps of 10 ms.
    package var cpu: Duration
    /// Pages in memory, shared ones counted for each process.
    package var resident: ByteCount
}

/// A command of a session from its start until no process of it is left.
package protocol RunningCommand: Sendable {
    /// Its first process as programs see it; also the number of its process group. 0 if another command of the session
    /// killed it before it had a process.
    var pid: Int32 { get }
    /// Waits for the end of its first process, or, where a limit or `end()` ended it, of all. Then always the same.
    /// Throws if the sandbox was lost. A cancelled task waits no longer and gets `.cancelled`; the command goes on.
    func result() async throws(SandboxFailure) -> CommandResult
    /// Waits until no process of it is left; returns at once for a cancelled task.
    func waitUntilGone() async
    /// Writes to its standard input and returns when it is taken: by the pipe, or by nobody because it is closed.
    func write(_ bytes: [UInt8]) async
    /// Ends its standard input after what has been written.
    func closeInput() async
    /// Sends a signal to its process group or, once its first process has ended, to each process that is left of it. None
    /// left is not an error.
    func signal(_ number: Int32) async throws(SandboxFailure)
    /// Ends all its processes and nothing else; returns when none is left. The result's outcome is `cancelled` or, for a
    /// full disk, `disk_limit`, unless it had ended before.
    func end(_ reason: CommandEnd) async
    /// What its processes use now; nil when none is left.
    func activity() async throws(SandboxFailure) -> CommandActivity?
}

/// Why a session's owner ends a command.
package enum CommandEnd: Hashable, Sendable { case cancelled, diskLimit }

/// A command on a terminal. It ends like any other; its output is what the terminal shows.
package protocol RunningTerminal: RunningCommand {
    /// The next bytes, at most 64 KiB, as soon as there are some; nil at the end. What is not read waits in the kernel, and
    /// programs that write wait with it. One caller at a time: one that waits gets nil when the next comes, or when its
    /// task is cancelled.
    func read() async throws(SandboxFailure) -> [UInt8]?
    /// Sets the size; programs in the foreground get SIGWINCH.
    func resize(_ size: TerminalSize) async throws(SandboxFailure)
}
