import CLinux
package import LinuxKernel

/// A command inside a sandbox: an executable, never a shell line.
package struct Command: Hashable, Sendable {
    /// Absolute path inside the sandbox.
    package var executable: String
    /// `argv`, its first element included.
    package var arguments: [String]
    package var environment: [String: String]
    /// Absolute path inside the sandbox.
    package var workingDirectory: String
    package var standardInput: [UInt8]

    package init(
        executable: String, arguments: [String], environment: [String: String] = [:],
        workingDirectory: String = "/workspace", standardInput: [UInt8] = []
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.standardInput = standardInput
    }
}

extension Command {
    /// Why it cannot be put into a packet; nil if it can. With a NUL in one string the next one would begin there.
    var problem: String? {
        let environment = environment.flatMap { [$0.key, $0.value] }
        let strings = [executable, workingDirectory] + arguments + environment
        if strings.contains(where: { $0.utf8.contains(0) }) { return "has a NUL byte" }
        let size = strings.reduce(0) { $0 + $1.utf8.count + 1 }
        if size > Int(MESSAGE_MAXIMUM_STRINGS) { return "is longer than \(MESSAGE_MAXIMUM_STRINGS) bytes" }
        let count = arguments.count + self.environment.count
        if count > Int(MESSAGE_MAXIMUM_COUNT) { return "has more than \(MESSAGE_MAXIMUM_COUNT) strings" }
        return nil
    }
}

/// Which of a program's two outputs a chunk came from.
package enum OutputStream: String, Sendable {
    case standardOutput = "stdout"
    case standardError = "stderr"
}

/// Receives output as it arrives, on the sandbox's event loop: must return at once.
package typealias OutputObserver = @Sendable (OutputStream, [UInt8]) -> Void

/// What may be taken out of a workspace (rule 11 of the threat model).
package struct CollectionCaps: Hashable, Sendable {
    package var files = 32
    package var fileBytes = ByteCount.mebibytes(8)
    package var totalBytes = ByteCount.mebibytes(16)
    /// Directory entries looked at before the walk stops.
    package var entries = 10_000
    package var depth = 16

    package init() {}
}

/// A fresh sandbox for one program. It ends with `destroy()` or `retire()`, one of which every path must reach.
package protocol ProgramSandbox: Sendable {
    func write(_ file: WorkspaceFile) async throws(SandboxFailure)
    /// Copies an open file into the workspace without reading it into the server.
    func write(_ source: SharedDescriptor, size: ByteCount, to path: WorkspacePath, isExecutable: Bool)
        async throws(SandboxFailure)
    /// Runs one program to its end. The whole tree is gone when this returns. Cancelling the task ends the run as `cancelled`.
    func run(_ command: Command, limits: Limits, observer: OutputObserver?) async throws(SandboxFailure) -> RunResult
    /// Files that match the patterns (`*`, `?`, `**`), after the program ended; special files and links are skipped.
    func collect(_ patterns: [GlobPattern], caps: CollectionCaps) async throws(SandboxFailure) -> [CollectedFile]
    /// A regular file of the workspace opened for reading; nil when there is none.
    func open(_ path: WorkspacePath) async throws(SandboxFailure) -> (SharedDescriptor, ByteCount)?
    /// Ends what lives in it, and gives back what it has. Nothing of it is left when this returns.
    func destroy() async
    /// The same without waiting for it, for a sandbox whose program has ended: it may come a moment later.
    func retire() async
}

extension ProgramSandbox {
    package func retire() async { Task { await destroy() } }
}

/// Where sandboxes come from. `disk` and `memory` of the limits shape the sandbox; the rest applies to the run.
package protocol SandboxSource: Sendable {
    var isolation: IsolationReport { get }
    func sandbox(limits: Limits) async throws(SandboxFailure) -> any ProgramSandbox
}
