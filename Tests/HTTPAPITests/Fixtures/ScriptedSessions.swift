import Interception
import Sessions
import Synchronization
import Testing

@testable import Isolation

/// A `SessionService` whose commands do what their text says, without any process:
///
/// - `wait`: goes on until it is cancelled
/// - `crash`: begins, and then the server fails
/// - `busy`, `full`, `quota`, `lost`: refused
/// - `fail`: ends with exit code 3
/// - what says `forbidden` in a text: blocked
/// - anything else: ends as `ok`, having written itself to standard output
///
/// In its terminals what is typed is shown; `flood` shows without end, `exit` ends it with status 7.
final class ScriptedSessions: SessionService {
    struct Ended: Error {}

    private struct Session {
        var summary: SessionSummary
        var processes: [ProcessSummary] = []
        var terminals: [ScriptedTerminal] = []
        var listeners: [AsyncStream<SessionEvent>.Continuation] = []
    }

    private struct State {
        var sessions: [Session] = []
        var nextPID: Int32 = 10
        var cancelled = 0
        var inputs: [(pid: Int32, bytes: [UInt8], closes: Bool)] = []
        var signals: [(pid: Int32, number: Int32?)] = []
        var requests: [CommandRequest] = []
        var changes: [SessionChange] = []
    }

    let bounds = SessionBounds.sample
    let obstacle: String?
    private let state = Mutex(State())
    /// Told of each command that waits.
    let waits: AsyncStream<Void>
    private let wait: AsyncStream<Void>.Continuation
    let cancellations: AsyncStream<Void>
    private let cancellation: AsyncStream<Void>.Continuation

    init(obstacle: String? = nil) {
        self.obstacle = obstacle
        (waits, wait) = AsyncStream.makeStream()
        (cancellations, cancellation) = AsyncStream.makeStream()
    }

    var requests: [CommandRequest] { state.withLock { $0.requests } }
    var changes: [SessionChange] { state.withLock { $0.changes } }
    var inputs: [(pid: Int32, bytes: [UInt8], closes: Bool)] { state.withLock { $0.inputs } }
    var signals: [(pid: Int32, number: Int32?)] { state.withLock { $0.signals } }
    var cancelledCommands: Int { state.withLock { $0.cancelled } }

    /// The terminals of a session, the oldest first.
    func terminals(of id: SessionID) -> [ScriptedTerminal] {
        state.withLock { $0.sessions.first { $0.summary.row.id == id }?.terminals ?? [] }
    }

    /// Makes a session as if somebody had asked for it.
    func add(_ owner: Owner = .anonymous, name: String? = nil, isDefault: Bool = false) -> SessionID {
        var new = NewSession(bounds)
        new.name = name
        return state.withLock { Self.insert(new, owner, isDefault, &$0) }.row.id
    }

    func tell(_ event: SessionEvent, in id: SessionID) {
        let listeners = state.withLock { $0.sessions.first { $0.summary.row.id == id }?.listeners ?? [] }
        for listener in listeners { listener.yield(event) }
    }

    // MARK: Sessions

    private static func insert(
        _ new: NewSession, _ owner: Owner, _ isDefault: Bool, _ state: inout State
    ) -> SessionSummary {
        var generator = SystemRandomNumberGenerator()
        let created = WallTime(milliseconds: 1_700_000_000_000)
        var row = SessionRow(
            id: SessionID(using: &generator), owner: owner, user: 1000, created: created, isDefault: isDefault,
            name: new.name, expires: created.advanced(by: new.lifetime), idleTimeout: new.idleTimeout,
            limits: new.limits, disk: new.disk, environment: new.environment, metadata: new.metadata)
        row.state = .active
        let summary = SessionSummary(row: row, workingDirectory: "/workspace", running: 0)
        state.sessions.append(Session(summary: summary))
        return summary
    }

    /// The session's place. Throws when the caller has none of this name.
    private static func index(
        _ id: SessionID, _ caller: Caller, _ state: State
    ) throws(SessionRefusal) -> Int {
        guard
            let index = state.sessions.firstIndex(where: {
                $0.summary.row.id == id && $0.summary.row.owner == caller.owner
            })
        else { throw .notFound(what: "session") }
        return index
    }

    private func check() throws(SessionRefusal) {
        if let obstacle { throw .unavailable(obstacle) }
    }

    func create(_ new: NewSession, by caller: Caller) async throws(SessionRefusal) -> SessionSummary {
        try check()
        if new.name == "quota" {
            throw .quotaExceeded(QuotaRefusal(resource: .sessions, limit: 3, retryAfter: .seconds(1)))
        }
        if new.name == "broken" { throw .failed("The workspace could not be made.") }
        return state.withLock { Self.insert(new, caller.owner, false, &$0) }
    }

    func sessions(_ query: SessionQuery, of caller: Caller) async throws(SessionRefusal) -> SessionPage {
        try check()
        let all = state.withLock { $0.sessions.map(\.summary) }.reversed().filter { summary in
            summary.row.owner == caller.owner && (query.state == nil || summary.row.state == query.state)
                && (query.name.map { (summary.row.name ?? "").lowercased().contains($0.lowercased()) } ?? true)
        }
        let rest = query.after.map { after in all.drop { $0.row.id != after }.dropFirst() } ?? all[...]
        let page = Array(rest.prefix(query.limit))
        return SessionPage(
            sessions: page, next: rest.count > page.count ? page.last?.row.id : nil, total: all.count)
    }

    func session(_ id: SessionID, of caller: Caller) async throws(SessionRefusal) -> SessionSummary {
        try check()
        return try state.withLock { state throws(SessionRefusal) in
            state.sessions[try Self.index(id, caller, state)].summary
        }
    }

    func change(
        _ id: SessionID, _ change: SessionChange, by caller: Caller
    ) async throws(SessionRefusal) -> SessionSummary {
        try check()
        return try state.withLock { state throws(SessionRefusal) in
            let index = try Self.index(id, caller, state)
            state.changes.append(change)
            if let name = change.name { state.sessions[index].summary.row.name = name }
            if let metadata = change.metadata { state.sessions[index].summary.row.metadata = metadata }
            if let timeout = change.idleTimeout { state.sessions[index].summary.row.idleTimeout = timeout }
            return state.sessions[index].summary
        }
    }

    func end(_ id: SessionID, by caller: Caller) async throws(SessionRefusal) {
        try check()
        let session = try state.withLock { state throws(SessionRefusal) in
            state.sessions.remove(at: try Self.index(id, caller, state))
        }
        for listener in session.listeners { listener.finish() }
        for terminal in session.terminals { terminal.end(status: nil) }
    }

    // MARK: Commands

    func execute(
        _ request: CommandRequest, in session: SessionID?, by caller: Caller, observer: CommandObserver?
    ) async throws(SessionRefusal) -> CommandReply {
        try check()
        try Self.refuse(request.command)
        let (id, pid) = try state.withLock { state throws(SessionRefusal) in
            state.requests.append(request)
            let index = try Self.place(session, caller, &state)
            state.nextPID += 1
            return (state.sessions[index].summary.row.id, state.nextPID)
        }
        let report = try await report(on: request)
        guard report?.decision != .block else {
            return reply(.blocked(report?.reason ?? "It is forbidden."), id, nil, report, request)
        }
        observer?.started(id, pid)
        if request.isBackground {
            let summary = ProcessSummary(
                pid: pid, command: request.command, isBackground: true,
                started: WallTime(milliseconds: 1_700_000_000_000), state: .running,
                activity: CommandActivity(processes: 1, cpu: .milliseconds(10), resident: .mebibytes(1)),
                outputBytes: request.command.utf8.count)
            try state.withLock { state throws(SessionRefusal) in
                state.sessions[try Self.index(id, caller, state)].processes.append(summary)
            }
            return reply(.running(summary), id, pid, report, request)
        }
        if request.command == "crash" { throw .failed("The sandbox was lost.") }
        let run = await run(request, observer)
        return reply(.ended(CommandResult(run: run)), id, pid, report, request)
    }

    private static func place(
        _ session: SessionID?, _ caller: Caller, _ state: inout State
    ) throws(SessionRefusal) -> Int {
        if let session { return try index(session, caller, state) }
        if let known = state.sessions.firstIndex(where: {
            $0.summary.row.isDefault && $0.summary.row.owner == caller.owner
        }) {
            return known
        }
        _ = insert(NewSession(.sample), caller.owner, true, &state)
        return state.sessions.count - 1
    }

    private static func refuse(_ command: String) throws(SessionRefusal) {
        switch command {
        case "busy": throw .machineBusy(MachinePressure(resource: .memory, percent: 97, limit: 95))
        case "full": throw .overloaded(message: "All sandboxes are busy.", retryAfter: .seconds(2))
        case "quota":
            throw .quotaExceeded(QuotaRefusal(resource: .runsPerMinute, limit: 7, retryAfter: .milliseconds(41_500)))
        case "lost": throw .failed("The command could not be started.")
        default: break
        }
    }

    private func report(on request: CommandRequest) async throws(SessionRefusal) -> SecurityReport? {
        let screening = Screening.sample
        do throws(ExecutionRejection) {
            return try await screening.report(
                on: request.command, language: .bash, policy: request.policy ?? screening.policies.standard)
        } catch {
            throw .failed("It could not be read.")
        }
    }

    private func run(_ request: CommandRequest, _ observer: CommandObserver?) async -> RunResult {
        var run = RunResult(outcome: .ok, exitCode: 0)
        run.usage.wall = .milliseconds(20)
        run.usage.cpu = .milliseconds(5)
        switch request.command {
        case "wait":
            observer?.output(.standardOutput, Array("begun\n".utf8))
            wait.yield()
            await Self.untilCancelled()
            state.withLock { $0.cancelled += 1 }
            cancellation.yield()
            run = RunResult(outcome: .cancelled, explanation: "The command was cancelled.")
        case "fail":
            run.outcome = .nonzeroExit
            run.exitCode = 3
            run.explanation = "The command ended with exit code 3."
        default:
            let bytes = Array(request.command.utf8)
            observer?.output(.standardOutput, bytes)
            run.output.combined = bytes
            run.output.standardOutput = bytes
        }
        return run
    }

    private static func untilCancelled() async {
        let (stream, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
    }

    private func reply(
        _ fate: CommandReply.Fate, _ id: SessionID, _ pid: Int32?, _ report: SecurityReport?, _ request: CommandRequest
    ) -> CommandReply {
        var limits = bounds.command
        limits.wall = request.timeout ?? (request.isBackground ? nil : bounds.standardTimeout)
        return CommandReply(
            fate: fate, session: id, pid: pid, workingDirectory: "/workspace", report: report,
            usage: SessionUsage(
                cpu: .milliseconds(30), memory: .mebibytes(32), peakMemory: .mebibytes(40), processes: 1,
                scratch: ByteCount(0)),
            isolation: .sample, limits: limits, sessionLimits: bounds.limits, waited: .milliseconds(1))
    }

    // MARK: Processes

    func processes(of id: SessionID, for caller: Caller) async throws(SessionRefusal) -> [ProcessSummary] {
        try check()
        return try state.withLock { state throws(SessionRefusal) in
            state.sessions[try Self.index(id, caller, state)].processes
        }
    }

    func process(_ pid: Int32, of id: SessionID, for caller: Caller) async throws(SessionRefusal) -> ProcessSummary {
        guard let process = try await processes(of: id, for: caller).first(where: { $0.pid == pid }) else {
            throw .notFound(what: "process")
        }
        return process
    }

    /// Every background command has written itself, and goes on.
    func output(
        of pid: Int32, from offset: Int, limit: Int, wait: Duration, in id: SessionID, for caller: Caller
    ) async throws(SessionRefusal) -> ProcessOutput {
        let bytes = Array(try await process(pid, of: id, for: caller).command.utf8)
        let part = bytes.dropFirst(offset).prefix(limit)
        return ProcessOutput(bytes: Array(part), offset: offset, next: offset + part.count, isComplete: false)
    }

    func write(
        _ bytes: [UInt8], closes: Bool, to pid: Int32, of id: SessionID, by caller: Caller
    ) async throws(SessionRefusal) {
        _ = try await process(pid, of: id, for: caller)
        state.withLock { $0.inputs.append((pid, bytes, closes)) }
    }

    func signal(_ number: Int32?, to pid: Int32, of id: SessionID, by caller: Caller) async throws(SessionRefusal) {
        _ = try await process(pid, of: id, for: caller)
        try state.withLock { state throws(SessionRefusal) in
            state.signals.append((pid, number))
            let index = try Self.index(id, caller, state)
            guard number == nil, let place = state.sessions[index].processes.firstIndex(where: { $0.pid == pid })
            else { return }
            state.sessions[index].processes[place].state = .ended
            state.sessions[index].processes[place].activity = nil
            state.sessions[index].processes[place].result = RunResult(
                outcome: .cancelled, explanation: "The command was ended.")
        }
    }

    // MARK: Terminals

    func attach(
        to terminal: TerminalID?, size: TerminalSize, of id: SessionID, by caller: Caller
    ) async throws(SessionRefusal) -> any TerminalAttachment {
        try check()
        return try state.withLock { state throws(SessionRefusal) in
            let index = try Self.index(id, caller, state)
            if let terminal {
                guard let known = state.sessions[index].terminals.first(where: { $0.id == terminal }) else {
                    throw .notFound(what: "terminal")
                }
                return known.attach()
            }
            guard state.sessions[index].terminals.count < 300 else { throw .conflict("There are too many terminals.") }
            let new = ScriptedTerminal(size: size)
            state.sessions[index].terminals.append(new)
            return new.attach()
        }
    }

    func terminals(of id: SessionID, for caller: Caller) async throws(SessionRefusal) -> [TerminalSummary] {
        try check()
        return try state.withLock { state throws(SessionRefusal) in
            state.sessions[try Self.index(id, caller, state)].terminals.map(\.summary)
        }
    }

    func endTerminal(_ terminal: TerminalID, of id: SessionID, by caller: Caller) async throws(SessionRefusal) {
        let ended = try state.withLock { state throws(SessionRefusal) in
            let index = try Self.index(id, caller, state)
            guard let place = state.sessions[index].terminals.firstIndex(where: { $0.id == terminal }) else {
                throw .notFound(what: "terminal")
            }
            return state.sessions[index].terminals.remove(at: place)
        }
        ended.end(status: 129)
    }

    // MARK: Events and figures

    func events(of id: SessionID, for caller: Caller) async throws(SessionRefusal) -> AsyncStream<SessionEvent> {
        try check()
        let (stream, listener) = AsyncStream.makeStream(of: SessionEvent.self)
        try state.withLock { state throws(SessionRefusal) in
            state.sessions[try Self.index(id, caller, state)].listeners.append(listener)
        }
        return stream
    }

    func load() async -> SessionLoad { SessionLoad(sessions: 4, awake: 3, commands: 2, terminals: 1, viewers: 5) }

    func workspace(of session: SessionID, for caller: Caller) async throws -> SessionWorkspace? { nil }
}

extension SessionBounds {
    static let sample = SessionBounds(
        standardIdleTimeout: .seconds(600), maximumIdleTimeout: .seconds(3600), standardLifetime: .seconds(7200),
        maximumLifetime: .seconds(86_400),
        limits: SessionLimits(memory: .mebibytes(256), processes: 64, scratch: .mebibytes(64)),
        disk: .mebibytes(512), standardTimeout: .seconds(10), maximumTimeout: .seconds(30),
        command: CommandLimits(wall: .seconds(10), output: .mebibytes(1), fileSize: .mebibytes(512)),
        hibernation: .seconds(60), maximumSessions: 100, maximumAwake: 10)
}
