import Interception
import Isolation
import LinuxKernel
import Languages
import Sessions
import Synchronization

/// An `ExecutionService` whose executions do what their code says, without any process:
///
/// - `wait`: goes on until it is cancelled
/// - `overload`, `stop`, `quota`, `busy`: rejected
/// - `crash`: ends as `signaled`
/// - what says `forbidden` in a text: ends as `blocked`
/// - anything else: ends as `ok`, having written its code to standard output
final class ScriptedExecutions: ExecutionService {
    let languages: LanguageRegistry
    let limits: LimitPolicy
    let isolation: IsolationReport
    let screening = Screening.sample
    private let accepted = Mutex<[ScriptedExecution]>([])
    private let figures: (running: Int, queued: Int)
    /// Every execution as it is accepted.
    let arrivals: AsyncStream<ScriptedExecution>
    private let arrival: AsyncStream<ScriptedExecution>.Continuation

    /// At most two run, and eight wait.
    init(isolation: IsolationReport = .sample, running: Int = 0, queued: Int = 0) throws {
        languages = try .sample()
        limits = .sample
        self.isolation = isolation
        figures = (running, queued)
        (arrivals, arrival) = AsyncStream.makeStream()
    }

    /// The requests that were accepted, the oldest first.
    var requests: [ExecutionRequest] { accepted.withLock { $0.map(\.request) } }

    func submit(_ request: ExecutionRequest, by caller: Caller) async throws(ExecutionRejection) -> any Execution {
        if request.code == "overload" { throw .overloaded(retryAfter: .milliseconds(2500)) }
        if request.code == "stop" { throw .shuttingDown }
        if request.code == "quota" {
            throw .quotaExceeded(
                QuotaRefusal(resource: .runsPerMinute, limit: 7, retryAfter: .milliseconds(41_500)))
        }
        if request.code == "busy" { throw .machineBusy(MachinePressure(resource: .memory, percent: 97, limit: 95)) }
        let report = try await screening.report(
            on: request.code, language: SourceLanguage(request.language) ?? .bash,
            policy: request.policy ?? screening.policies.standard)
        let execution = ScriptedExecution(request, caller, report, isolation)
        accepted.withLock { $0.append(execution) }
        execution.begin()
        arrival.yield(execution)
        return execution
    }

    func execution(_ id: ExecutionID, of owner: Owner) async -> (any Execution)? {
        accepted.withLock { $0.first { $0.id == id && $0.owner == owner } }
    }

    func runs(_ query: RunQuery) async throws(StoreFailure) -> [RunSummary] {
        query.page(memory: accepted.withLock { $0 }.filter { $0.owner == query.owner }.map(\.summary), stored: [])
    }

    func load() async -> ExecutionLoad {
        ExecutionLoad(
            running: figures.running, queued: figures.queued, maximumRunning: 2, maximumQueued: 8, ready: 1,
            total: 3)
    }

    /// The next execution that is accepted.
    func next() async throws -> ScriptedExecution {
        for await execution in arrivals { return execution }
        throw CancellationError()
    }
}

/// One execution that follows its script; `isCancelled` tells whether anybody ended it.
final class ScriptedExecution: Execution {
    private struct State {
        var events: [ExecutionEvent] = []
        var listeners: [AsyncStream<ExecutionEvent>.Continuation] = []
        var isOver = false
        var isCancelled = false
    }

    let id: ExecutionID
    let request: ExecutionRequest
    let owner: Owner
    private let accepted: WallTime
    private let report: SecurityReport
    private let isolation: IsolationReport
    private let state = Mutex(State())

    init(
        _ request: ExecutionRequest, _ caller: Caller, _ report: SecurityReport, _ isolation: IsolationReport
    ) {
        var generator = SystemRandomNumberGenerator()
        id = ExecutionID(using: &generator)
        self.request = request
        owner = caller.owner
        accepted = Self.clock.next()
        self.report = report
        self.isolation = isolation
    }

    /// Each is accepted a second after the one before.
    private static let clock = SecondsClock()

    var summary: RunSummary {
        let ended = state.withLock { state -> ExecutionResult? in
            if case .result(let result)? = state.events.last { result } else { nil }
        }
        let finished = ended.map { result in
            FinishedRun(
                id: id, owner: owner, language: language, outcome: result.outcome, isSuccess: result.isSuccess,
                exitCode: result.run?.exitCode, accepted: accepted, ended: accepted.advanced(by: .milliseconds(12)),
                wall: .milliseconds(12))
        }
        return RunSummary(id: id, language: language, accepted: accepted, finished: finished)
    }

    var language: String { request.language.name }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func begin() {
        if report.decision == .block { return end(blocked: report) }
        tell(.started)
        var compile: RunResult?
        if request.language.compile != nil {
            compile = RunResult(outcome: .ok, exitCode: 0)
            tell(.compiled(compile!))
        }
        switch request.code {
        case "wait": break
        case "crash": end(.signaled, explanation: "The program was ended by SIGSEGV.", compile)
        default:
            let bytes = Array(request.code.utf8)
            let half = bytes.count / 2
            for chunk in [bytes[..<half], bytes[half...]] where !chunk.isEmpty {
                tell(.output(.standardOutput, Array(chunk)))
            }
            end(.ok, explanation: nil, compile, output: bytes)
        }
    }

    private func end(blocked report: SecurityReport) {
        var result = ExecutionResult(
            id: id, language: language, outcome: .blocked, explanation: report.reason, limits: request.limits,
            isolation: isolation)
        result.securityReport = report
        tell(.result(result))
    }

    private func end(_ outcome: Outcome, explanation: String?, _ compile: RunResult?, output: [UInt8] = []) {
        var result = ExecutionResult(
            id: id, language: language, outcome: outcome, explanation: explanation, limits: request.limits,
            isolation: isolation)
        var run = RunResult(
            outcome: outcome, exitCode: outcome == .ok ? 0 : nil, signal: outcome == .signaled ? "SIGSEGV" : nil,
            explanation: explanation)
        run.usage.wall = .milliseconds(12)
        run.usage.peakMemory = .mebibytes(9)
        run.output.combined = output
        run.output.standardOutput = output
        result.securityReport = report
        result.run = request.tests.isEmpty ? run : nil
        result.compile = compile
        result.tests = request.tests.map { test in
            TestResult(
                name: test.name, verdict: test.expectedOutput == request.code ? .accepted : .wrongAnswer, run: run)
        }
        result.files = request.collect.map {
            CollectedFile(path: $0.description, contents: [0xFF, 0x00], size: ByteCount(2))
        }
        tell(.result(result))
    }

    private func tell(_ event: ExecutionEvent) {
        let listeners = state.withLock { state -> [AsyncStream<ExecutionEvent>.Continuation] in
            guard !state.isOver else { return [] }
            state.events.append(event)
            if case .result = event { state.isOver = true }
            return state.listeners
        }
        for listener in listeners {
            listener.yield(event)
            if case .result = event { listener.finish() }
        }
    }

    func events() async -> AsyncStream<ExecutionEvent> {
        let (stream, listener) = AsyncStream.makeStream(of: ExecutionEvent.self)
        state.withLock { state in
            for event in state.events { listener.yield(event) }
            if state.isOver { listener.finish() } else { state.listeners.append(listener) }
        }
        return stream
    }

    func result() async -> ExecutionResult {
        for await event in await events() {
            if case .result(let result) = event { return result }
        }
        // Only when the waiting task was cancelled.
        return ExecutionResult(
            id: id, language: language, outcome: .sandboxError, limits: request.limits, isolation: isolation)
    }

    /// Nothing here takes time: it has ended, or it waits for a cancel.
    func result(within duration: Duration) async -> ExecutionResult? {
        state.withLock { state in
            guard case .result(let result)? = state.events.last else { return nil }
            return result
        }
    }

    func cancel() async {
        let isFirst = state.withLock { state in
            defer { state.isCancelled = true }
            return !state.isCancelled && !state.isOver
        }
        if isFirst { end(.cancelled, explanation: "The run was cancelled.", nil) }
    }
}

private final class SecondsClock: Sendable {
    private let count = Mutex(0)

    func next() -> WallTime {
        count.withLock { count in
            count += 1
            return WallTime(milliseconds: 1_700_000_000_000 + 1000 * count)
        }
    }
}
