import CLinux
import Foundation
import Glibc
import Isolation
import LinuxKernel
import Testing

/// A workspace on disk with an identity of its own, as a session has it.
final class SessionFolder: Sendable {
    let path: String
    let identity: HostIdentity
    let descriptor: SharedDescriptor

    init(user: UInt32 = 310_001) throws {
        path = FileManager.default.temporaryDirectory.path + "/sandmartin-test-\(UInt64.random(in: 0 ... .max))"
        identity = HostIdentity(user: user, group: user)
        try SystemError.check(linux_mkdirat(AT_FDCWD, path, 0o700), "mkdir", path)
        descriptor = SharedDescriptor(
            try Descriptor(result: linux_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), "open", path))
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
    }

    /// At the level landlock the workspace belongs to the one user that all sandboxes are.
    func specification(
        _ limits: SessionLimits = standardSessionLimits, on engine: SandboxEngine
    ) throws -> SessionSpecification {
        var owner = identity
        if engine.isolation.level == .landlock {
            let user = geteuid() == 0 ? try standardConfiguration().firstUser : geteuid()
            owner = HostIdentity(user: user, group: geteuid() == 0 ? user : getegid())
        }
        try SystemError.check(linux_fchown(descriptor.number, owner.user, owner.group), "chown", path)
        return SessionSpecification(workspace: descriptor, identity: owner, limits: limits)
    }
}

let standardSessionLimits = SessionLimits(memory: .mebibytes(256), processes: 64, scratch: .mebibytes(32))

/// What keeps the clock out of the picture on a slow machine.
let standardCommandLimits = CommandLimits(wall: .seconds(60), output: .mebibytes(1), fileSize: .mebibytes(64))

/// Runs `body` with a sandbox over a workspace of its own and ends both on every path.
func withSession(
    on engine: SandboxEngine, _ folder: SessionFolder? = nil, limits: SessionLimits = standardSessionLimits,
    _ body: (any SessionSandbox) async throws -> Void
) async throws {
    let folder = try folder ?? SessionFolder()
    let sandbox = try await engine.sandbox(for: try folder.specification(limits, on: engine))
    do {
        try await body(sandbox)
    } catch {
        await sandbox.destroy()
        throw error
    }
    await sandbox.destroy()
}

/// An engine and a session in it.
func withSession(
    unlike differences: LevelDifference..., limits: SessionLimits = standardSessionLimits,
    _ body: (any SessionSandbox) async throws -> Void
) async throws {
    try await withEngine(unlike: differences) { engine in
        try await withSession(on: engine, limits: limits, body)
    }
}

let shellEnvironment = ["PATH": "/usr/bin:/bin", "HOME": "/workspace", "LANG": "C.UTF-8"]

extension SessionSandbox {
    func start(
        shell text: String, state: ShellState? = nil, additions: [String: String] = [:], input: String = "",
        limits: CommandLimits = standardCommandLimits, observer: OutputObserver? = nil
    ) async throws -> any RunningCommand {
        let command = SessionCommand.shell(
            text, state: state, environment: shellEnvironment, additions: additions,
            standardInput: Array(input.utf8))
        return try await start(command, limits: limits, observer: observer)
    }

    /// Runs a shell line to the end of its first process.
    func shell(
        _ text: String, state: ShellState? = nil, additions: [String: String] = [:], input: String = "",
        limits: CommandLimits = standardCommandLimits
    ) async throws -> CommandResult {
        try await start(shell: text, state: state, additions: additions, input: input, limits: limits).result()
    }
}

extension CommandResult {
    var text: String { String(decoding: run.output.combined, as: UTF8.self) }
}

/// The shell of a session: each line gets what the one before it left.
actor ShellLine {
    private let sandbox: any SessionSandbox
    private(set) var state: ShellState?

    init(_ sandbox: any SessionSandbox) { self.sandbox = sandbox }

    @discardableResult
    func run(_ text: String, additions: [String: String] = [:]) async throws -> CommandResult {
        let result = try await sandbox.shell(text, state: state, additions: additions)
        if let new = result.state { state = new }
        return result
    }
}
