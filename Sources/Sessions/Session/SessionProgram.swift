package import Isolation
import Languages
import LinuxKernel

/// Where programs run that are to run in a session: an ordinary sandbox for the runner, over the session's own.
package protocol SessionPrograms: Sendable {
    /// The walls of sessions' sandboxes, which may be others than those of runs.
    var isolation: IsolationReport { get }
    /// Throws `notFound` unless it is a session of the caller's.
    func check(_ session: SessionID, for caller: Caller) async throws(SessionRefusal)
    /// What is written there stays in the session's workspace. Destroying it ends what the program left, and nothing else.
    func sandbox(in session: SessionID, for caller: Caller) async throws(SessionRefusal) -> any ProgramSandbox
}

/// A session's sandbox and workspace, as one program uses them. Its limits are the session's where they are narrower.
final class SessionProgram: ProgramSandbox {
    private let session: Session
    private let files: WorkspaceFiles
    private let allowance: any DiskAllowance
    private let caller: Caller

    init(_ session: Session, _ workspace: SessionWorkspace, caller: Caller) {
        self.session = session
        files = workspace.files
        allowance = workspace.allowance
        self.caller = caller
    }

    func write(_ file: WorkspaceFile) async throws(SandboxFailure) {
        try await attempt(file.path) { path in
            let mode = file.isExecutable ? 0o755 : nil
            let upload = try await files.upload(path, mode: mode, allowance)
            try await upload.write(file.contents)
            _ = try await upload.finish()
        }
    }

    /// Never asked for: what a compiler made stays where the program runs.
    func write(
        _ source: SharedDescriptor, size: ByteCount, to path: WorkspacePath, isExecutable: Bool
    ) async throws(SandboxFailure) {
        preconditionFailure("what was made in a session's workspace is there already")
    }

    func run(
        _ command: Command, limits: Limits, observer: OutputObserver?
    ) async throws(SandboxFailure) -> RunResult {
        try await session.run(command, limits: limits, observer: observer, for: caller)
    }

    func collect(_ patterns: [GlobPattern], caps: CollectionCaps) async throws(SandboxFailure) -> [CollectedFile] {
        try await files.collect(patterns, caps: caps)
    }

    func open(_ path: WorkspacePath) async throws(SandboxFailure) -> (SharedDescriptor, ByteCount)? {
        do {
            let file = try await files.open(FilePath(Array(path.description.utf8)))
            return (file.descriptor, ByteCount(file.status.size))
        } catch {
            return nil
        }
    }

    func destroy() async {}

    /// What is wrong with a file of the workspace, in the words of a sandbox.
    private func attempt(
        _ path: WorkspacePath, _ body: (FilePath) async throws -> Void
    ) async throws(SandboxFailure) {
        do {
            try await body(FilePath(Array(path.description.utf8)))
        } catch let failure as FileFailure {
            switch failure.reason {
            case .tooLarge, .diskFull:
                throw .notWritable(path: path.description, stage: .write, error: .noSpace)
            case .system(let error): throw .system(error)
            default: throw .invalidCommand(reason: "has a file that cannot be written: \(failure.message)")
            }
        } catch {
            throw .invalidCommand(reason: "has a file that cannot be written")
        }
    }
}

extension Session {
    /// Runs a program to its end, and ends what it left.
    func run(
        _ command: Command, limits: Limits, observer: OutputObserver?, for caller: Caller
    ) async throws(SandboxFailure) -> RunResult {
        beginUse()
        defer { endUse() }
        let running: any RunningCommand
        do {
            running = try await withSandbox { awake in
                try checkRoom(caller)
                var command = command
                command.workingDirectory = Self.firstDirectory
                return try await awake.sandbox.start(
                    .program(command), limits: programLimits(limits, for: caller), observer: observer)
            }
        } catch {
            throw failure(error)
        }
        let record = remember(running, command.arguments.first ?? command.executable, isBackground: false)
        let result: RunResult
        do {
            result = try await Self.result(of: running).run
        } catch {
            ended(record.number, nil)
            throw error
        }
        ended(record.number, result)
        if result.outcome != .cancelled { await running.end(.cancelled) }
        if case .active(let awake) = state { await charge(awake) }
        return result
    }

    /// What keeps a program from being started, in the words of a sandbox.
    private func failure(_ error: any Error) -> SandboxFailure {
        switch error {
        case let failure as SandboxFailure: failure
        case SessionRefusal.conflict, SessionRefusal.quotaExceeded:
            .notWritable(path: Self.firstDirectory, stage: .write, error: .noSpace)
        case SessionRefusal.shuttingDown: .shuttingDown
        case SessionRefusal.notFound: .cancelled
        default: .lost(during: "the waking of a session")
        }
    }

    private func programLimits(_ limits: Limits, for caller: Caller) -> CommandLimits {
        var command = commandLimits(for: caller)
        command.wall = limits.wall
        command.cpu = limits.cpu
        command.output = limits.output
        command.openFiles = limits.openFiles
        command.fileSize = min(command.fileSize, max(ByteCount(1), limits.disk))
        return command
    }
}
