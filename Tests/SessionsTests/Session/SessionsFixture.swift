import Foundation
import Interception
import Isolation
import LinuxKernel
import Logging
import Synchronization
import Testing

@testable import Sessions

/// Sessions over a folder of their own with sandboxes that a test scripts, and clocks that it moves.
final class SessionsFixture: Sendable {
    let path: String
    let store: InMemoryStore
    let sandboxes = ScriptedSessions()
    let quotas: Quotas
    let clock = ManualClock()
    let audit = NotedEvents()
    let directory: SessionDirectory
    private let disk: WorkspaceDisk
    private let threads: FileThreads

    /// Runs `body` with sessions that have begun, ends them on every path, and looks whether anything is left.
    static func with(
        _ configure: (inout SessionConfiguration) -> Void = { _ in }, store: InMemoryStore = InMemoryStore(),
        path: String? = nil, screening: Screening = .sample(), engine: SandboxEngine? = nil,
        sourceLocation: Testing.SourceLocation = #_sourceLocation, _ body: (SessionsFixture) async throws -> Void
    ) async throws {
        let fixture = try SessionsFixture(configure, store: store, path: path, screening: screening, engine: engine)
        do {
            try await fixture.directory.begin()
            try await body(fixture)
        } catch {
            await fixture.end(keepsFolder: false)
            throw error
        }
        await fixture.end(keepsFolder: path != nil)
        #expect(fixture.sandboxes.alive.isEmpty, "a sandbox outlived its server", sourceLocation: sourceLocation)
        #expect(
            fixture.sandboxes.conflicts == 0, "two sandboxes had one workspace", sourceLocation: sourceLocation)
    }

    private init(
        _ configure: (inout SessionConfiguration) -> Void, store: InMemoryStore, path: String?, screening: Screening,
        engine: SandboxEngine?
    ) throws {
        self.path = path ?? Self.newPath()
        self.store = store
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        disk = try WorkspaceDisk(path: self.path)
        threads = try FileThreads(count: 2)
        let clock = clock
        quotas = Quotas(now: { clock.now })
        var configuration = SessionConfiguration(
            bounds: .sample, users: 310_100...310_199, environment: ["PATH": "/usr/bin:/bin"])
        configure(&configuration)
        let audit = audit
        directory = SessionDirectory(
            configuration, store: store, disk: disk, threads: threads, sandboxes: engine ?? sandboxes,
            isolation: IsolationReport(level: .namespaces, layers: []), screening: screening,
            admission: Admission(quotas: quotas),
            records: SessionRecords { event, _ in audit.add(event) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: SessionClock(wall: { clock.wall }, now: { clock.now }))
    }

    static func newPath() -> String {
        FileManager.default.temporaryDirectory.path + "/sandmartin-test-\(UInt64.random(in: 0 ... .max))"
    }

    private func end(keepsFolder: Bool) async {
        await directory.shutDown()
        disk.stop()
        threads.stop()
        if !keepsFolder { Self.remove(path) }
    }

    static func remove(_ path: String) {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
    }

    // MARK: Short words

    @discardableResult
    func run(
        _ text: String, in session: SessionID? = nil, by caller: Caller = .ann, background: Bool = false
    ) async throws -> CommandReply {
        var request = CommandRequest(command: text)
        request.isBackground = background
        let reply = try await directory.execute(request, in: session, by: caller, observer: nil)
        if case .ended(let result) = reply.fate, !result.hasBackground, let pid = reply.pid {
            // That nothing of it lives is noticed beside the answer.
            try await eventually {
                let session = self.directory.index.entry(reply.session)?.session
                return await session?.commands.contains { $0.pid == pid && !$0.isBackground } != true
            }
        }
        return reply
    }

    func create(by caller: Caller = .ann, _ change: (inout NewSession) -> Void = { _ in }) async throws -> SessionID {
        var new = NewSession(directory.bounds)
        change(&new)
        return try await directory.create(new, by: caller).row.id
    }

    func state(_ id: SessionID, of caller: Caller = .ann) async throws -> SessionRow.State {
        try await directory.session(id, of: caller).row.state
    }

    /// Lets time pass, and the server notice it.
    func pass(_ duration: Duration) async {
        clock.advance(by: duration)
        await directory.look()
    }

    /// The only command that lives.
    func live(_ text: String) async throws -> ScriptedCommand {
        try await eventually { self.sandboxes.alive.flatMap(\.commands).first { $0.text == text } }
    }

    var workspaces: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: path)) }
    }
}

/// What the audit log would be told.
final class NotedEvents: Sendable {
    private let events = Mutex<[AuditEvent]>([])
    var all: [AuditEvent] { events.withLock { $0 } }
    func add(_ event: AuditEvent) { events.withLock { $0.append(event) } }
}

extension SessionBounds {
    static let sample = SessionBounds(
        standardIdleTimeout: .seconds(3600), maximumIdleTimeout: .seconds(86_400), standardLifetime: .seconds(86_400),
        maximumLifetime: .seconds(864_000),
        limits: SessionLimits(memory: .mebibytes(256), processes: 64, scratch: .mebibytes(16)),
        disk: .mebibytes(8), standardTimeout: .seconds(30), maximumTimeout: .seconds(600),
        command: CommandLimits(wall: nil, output: .mebibytes(1), fileSize: .mebibytes(8)), hibernation: .seconds(60),
        maximumSessions: 50, maximumAwake: 20)
}

extension Caller {
    static let ann = Caller(owner: .configuredKey, name: "ann", role: .administrator, quota: .unbounded)
    static let bob = Caller(owner: .anonymous, name: "bob", role: .user, quota: .unbounded)

    static func ann(_ change: (inout QuotaOverrides) -> Void) -> Caller {
        var overrides = QuotaOverrides()
        change(&overrides)
        return Caller(
            owner: .configuredKey, name: "ann", role: .user, quota: overrides.applied(to: .unbounded))
    }
}

extension CommandReply {
    var result: RunResult? { if case .ended(let result) = fate { result.run } else { nil } }
}

/// Waits until something is there. Whoever waits for ever is stopped by the time limit of the tests.
func eventually<Value: Sendable>(_ look: @Sendable () async throws -> Value?) async throws -> Value {
    while true {
        if let value = try await look() { return value }
        try await Task.sleep(for: .milliseconds(1))
    }
}

func eventually(_ isSo: @Sendable () async throws -> Bool) async throws {
    _ = try await eventually { () -> Bool? in try await isSo() ? true : nil }
}

/// The refusal that `body` throws; nil if it throws none.
func refusal(_ body: () async throws -> Void) async throws -> SessionRefusal? {
    do {
        try await body()
        return nil
    } catch let refusal as SessionRefusal {
        return refusal
    }
}

extension SessionRefusal {
    /// One word for each kind.
    var kind: String {
        switch self {
        case .notFound(let what): "no \(what)"
        case .invalid: "invalid"
        case .conflict: "conflict"
        case .quotaExceeded(let refusal): refusal.resource.rawValue
        case .machineBusy: "busy"
        case .overloaded: "overloaded"
        case .shuttingDown: "shutting down"
        case .unavailable: "unavailable"
        case .failed: "failed"
        }
    }
}
