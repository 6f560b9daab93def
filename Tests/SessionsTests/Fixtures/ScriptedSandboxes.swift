import LinuxKernel
import Synchronization

@testable import Isolation

/// A `SandboxSource` without any process: a test says what each program does.
///
/// A program that a test holds runs until the test lets it go or it is cancelled.
final class ScriptedSandboxes: SandboxSource {
    typealias Script = @Sendable (Command, Limits, OutputObserver?, ScriptedSandbox) async throws -> RunResult

    let isolation = IsolationReport(level: .namespaces, layers: [])
    /// The standard input of each program, as it starts.
    let starts: AsyncStream<String>
    let starting: AsyncStream<String>.Continuation
    private let script: Script
    private let made = Mutex<[ScriptedSandbox]>([])
    let destroyed: AsyncStream<Void>
    let destroying: AsyncStream<Void>.Continuation

    init(_ script: @escaping Script = { _, _, _, _ in RunResult(outcome: .ok, exitCode: 0) }) {
        self.script = script
        (starts, starting) = AsyncStream.makeStream()
        (destroyed, destroying) = AsyncStream.makeStream()
    }

    /// Every sandbox, the first one first.
    var all: [ScriptedSandbox] { made.withLock { $0 } }

    func sandbox(limits: Limits) async throws(SandboxFailure) -> any ProgramSandbox {
        let sandbox = ScriptedSandbox(self, limits)
        made.withLock { $0.append(sandbox) }
        return sandbox
    }

    func perform(
        _ command: Command, _ limits: Limits, _ observer: OutputObserver?, _ sandbox: ScriptedSandbox
    ) async throws(SandboxFailure) -> RunResult {
        starting.yield(String(decoding: command.standardInput, as: UTF8.self))
        do {
            return try await script(command, limits, observer, sandbox)
        } catch let failure as SandboxFailure {
            throw failure
        } catch {
            return RunResult(outcome: .cancelled, explanation: "the run was cancelled")
        }
    }

    /// Waits until so many programs have started; their standard inputs, in order.
    func started(_ count: Int) async -> [String] { await starts.first(count) }

    /// Waits until so many sandboxes are gone.
    func waitUntilDestroyed(_ count: Int) async { _ = await destroyed.first(count) }
}

final class ScriptedSandbox: ProgramSandbox {
    struct Contents: Sendable {
        var files: [WorkspaceFile] = []
        var artifacts: [(path: WorkspacePath, file: SharedDescriptor, isExecutable: Bool)] = []
        /// What programs leave behind.
        var left: [WorkspacePath: SharedDescriptor] = [:]
        var commands: [Command] = []
    }

    private let source: ScriptedSandboxes
    let limits: Limits
    let contents = Mutex(Contents())

    init(_ source: ScriptedSandboxes, _ limits: Limits) {
        self.source = source
        self.limits = limits
    }

    func write(_ file: WorkspaceFile) async throws(SandboxFailure) {
        if file.contents.count > limits.disk.bytes {
            throw .notWritable(path: file.path.description, stage: SetupStage(code: 0), error: .noSpace)
        }
        contents.withLock { $0.files.append(file) }
    }

    func write(
        _ source: SharedDescriptor, size: ByteCount, to path: WorkspacePath, isExecutable: Bool
    ) async throws(SandboxFailure) {
        contents.withLock { $0.artifacts.append((path, source, isExecutable)) }
    }

    func run(
        _ command: Command, limits: Limits, observer: OutputObserver?
    ) async throws(SandboxFailure) -> RunResult {
        contents.withLock { $0.commands.append(command) }
        return try await source.perform(command, limits, observer, self)
    }

    func collect(_ patterns: [GlobPattern], caps: CollectionCaps) async throws(SandboxFailure) -> [CollectedFile] {
        [CollectedFile(path: "collected", contents: [1], size: ByteCount(1))]
    }

    func open(_ path: WorkspacePath) async throws(SandboxFailure) -> (SharedDescriptor, ByteCount)? {
        contents.withLock { $0.left[path].map { ($0, ByteCount(7)) } }
    }

    func destroy() async { source.destroying.yield() }
}

/// Programs that go on until they are let go, one at a time, or cancelled.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func pass() async throws {
        for await _ in stream { return }
        throw CancellationError()
    }

    func open(for count: Int = 1) { for _ in 0..<count { continuation.yield() } }
}

extension AsyncStream where Element: Sendable {
    func first(_ count: Int) async -> [Element] {
        var elements: [Element] = []
        guard count > 0 else { return [] }
        for await element in self {
            elements.append(element)
            if elements.count == count { break }
        }
        return elements
    }
}
