import Interception
import Isolation
import Languages
import Synchronization

/// An accepted execution: its state, its listeners, and its result when it is there.
///
/// A class with a lock instead of an actor, because output arrives on the sandbox's event loop, which must not wait.
final class RecordedExecution: Execution {
    let id: ExecutionID
    let language: String
    let limits: Limits
    let caller: Caller
    let accepted = ContinuousClock.now
    let acceptedAt: WallTime
    private let streamsOutput: Bool
    private let state: Mutex<State>
    /// Called once, when a queued or running execution is to be cancelled.
    private let onCancel: @Sendable (RecordedExecution) async -> Void
    /// Has its end written down before it is told.
    private let settle: @Sendable () async -> Void

    private struct State {
        enum Phase {
            /// The request goes to whoever carries it out: code, input and files are not kept after the end.
            case queued(ExecutionRequest)
            case running(Task<Void, Never>)
            /// Those who listen are told when it is written down.
            case ending
            case ended(ExecutionResult)
        }

        var phase: Phase
        /// Nil until the program was read.
        var securityReport: SecurityReport?
        /// What happened so far, for listeners that come later; emptied at the end.
        var history: [ExecutionEvent] = []
        var listeners: [Listener] = []
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0
        /// Waiters whose patience ended before they began to wait.
        var givenUp: Set<UInt64> = []

        typealias Listener = AsyncStream<ExecutionEvent>.Continuation
        typealias Waiter = CheckedContinuation<ExecutionResult?, Never>

        /// Who is to be told.
        mutating func end(_ result: ExecutionResult, evenIfHeard: Bool) -> (Audience, [Listener], [Waiter]) {
            if case .ended = phase { return (.nobody, [], []) }
            guard listeners.isEmpty || evenIfHeard else {
                phase = .ending
                return (.listeners, [], [])
            }
            phase = .ended(result)
            history = []
            defer { (listeners, waiters) = ([], [:]) }
            let audience: Audience = !listeners.isEmpty ? .listeners : !waiters.isEmpty ? .waiters : .nobody
            return (audience, listeners, Array(waiters.values))
        }
    }

    init(
        id: ExecutionID, request: ExecutionRequest, caller: Caller, acceptedAt: WallTime,
        settle: @escaping @Sendable () async -> Void = {},
        onCancel: @escaping @Sendable (RecordedExecution) async -> Void
    ) {
        self.settle = settle
        self.id = id
        self.caller = caller
        self.acceptedAt = acceptedAt
        language = request.language.name
        limits = request.limits
        streamsOutput = request.streamsOutput
        state = Mutex(State(phase: .queued(request)))
        self.onCancel = onCancel
    }

    // MARK: For callers

    func events() async -> AsyncStream<ExecutionEvent> {
        if ended != nil { await settle() }
        let (stream, continuation) = AsyncStream<ExecutionEvent>.makeStream()
        state.withLock { state in
            if case .ended(let result) = state.phase {
                for event in Self.replay(result) { continuation.yield(event) }
                continuation.finish()
            } else {
                for event in state.history { continuation.yield(event) }
                state.listeners.append(continuation)
            }
        }
        return stream
    }

    func result() async -> ExecutionResult {
        while true {
            if let result = await wait(for: nil) { return result }
        }
    }

    func result(within duration: Duration) async -> ExecutionResult? { await wait(for: duration) }

    func cancel() async { await onCancel(self) }

    /// Waits for the end, at most for `limit`.
    private func wait(for limit: Duration?) async -> ExecutionResult? {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let timer = limit.map { limit in
            Task {
                do { try await Task.sleep(for: limit) } catch { return }
                giveUp(waiter)
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAnswered = state.withLock { state in
                    if case .ended(let result) = state.phase {
                        continuation.resume(returning: result)
                        return true
                    }
                    if state.givenUp.remove(waiter) != nil { return false }
                    state.waiters[waiter] = continuation
                    return true
                }
                if !isAnswered { continuation.resume(returning: nil) }
            }
        } onCancel: {
            if limit != nil { giveUp(waiter) }
        }
    }

    /// Ends a wait without a result; one that has not begun ends as soon as it does.
    private func giveUp(_ waiter: UInt64) {
        let continuation = state.withLock { state in
            let continuation = state.waiters.removeValue(forKey: waiter)
            if continuation == nil, case .ended = state.phase {
            } else if continuation == nil {
                state.givenUp.insert(waiter)
            }
            return continuation
        }
        continuation?.resume(returning: nil)
    }

    // MARK: For the service

    var owner: Owner { caller.owner }

    /// As a list shows it.
    var summary: RunSummary {
        RunSummary(id: id, language: language, accepted: acceptedAt, finished: ended.map(finished))
    }

    /// What is kept of it. The end is dated by the clock that does not jump.
    func finished(_ result: ExecutionResult) -> FinishedRun {
        let program = result.tests.isEmpty ? [result.run].compactMap(\.self) : result.tests.map(\.run)
        let took = result.queued + result.processes.reduce(.zero) { $0 + $1.usage.wall }
        return FinishedRun(
            id: id, owner: owner, language: language, outcome: result.outcome, isSuccess: result.isSuccess,
            exitCode: result.run?.exitCode, accepted: acceptedAt, ended: acceptedAt.advanced(by: took),
            queued: result.queued, wall: program.reduce(.zero) { $0 + $1.usage.wall }, cpu: result.cpu,
            peakMemory: program.map(\.usage.peakMemory).max() ?? ByteCount(0))
    }

    /// Nil until the end.
    var ended: ExecutionResult? {
        state.withLock { if case .ended(let result) = $0.phase { result } else { nil } }
    }

    /// The request, until it is carried out or ends without that.
    var waiting: ExecutionRequest? {
        state.withLock { if case .queued(let request) = $0.phase { request } else { nil } }
    }

    var securityReport: SecurityReport? { state.withLock { $0.securityReport } }

    func screened(_ report: SecurityReport) { state.withLock { $0.securityReport = report } }

    /// Hands the request over to the task that carries it out. False when it has ended in the queue.
    func begin(_ task: (ExecutionRequest) -> Task<Void, Never>) -> Bool {
        state.withLock { state in
            guard case .queued(let request) = state.phase else { return false }
            state.phase = .running(task(request))
            return true
        }
    }

    func tell(_ event: ExecutionEvent) {
        guard streamsOutput else { return }
        state.withLock { state in
            state.history.append(event)
            for listener in state.listeners { listener.yield(event) }
        }
    }

    /// Who is told of an end.
    enum Audience {
        /// Some listen, and are told by the end itself.
        case listeners
        /// Some wait for the result and nobody listens.
        case waiters
        case nobody
    }

    /// Ends it for all that ask; only the first end counts.
    func end(_ result: ExecutionResult) { _ = end(result, evenIfHeard: true) }

    /// The same, but when somebody listens ``end(_:)`` has to follow.
    func endUnlessHeard(_ result: ExecutionResult) -> Audience { end(result, evenIfHeard: false) }

    private func end(_ result: ExecutionResult, evenIfHeard: Bool) -> Audience {
        let (audience, listeners, waiters) = state.withLock { state in state.end(result, evenIfHeard: evenIfHeard) }
        for listener in listeners {
            listener.yield(.result(result))
            listener.finish()
        }
        for waiter in waiters { waiter.resume(returning: result) }
        return audience
    }

    /// Ends the program if it runs; true when it was still waiting in the queue.
    func cancelRunning() -> Bool {
        state.withLock { state in
            switch state.phase {
            case .queued: return true
            case .running(let task):
                task.cancel()
                return false
            case .ending, .ended: return false
            }
        }
    }

    /// What a listener that came late is told.
    private static func replay(_ result: ExecutionResult) -> [ExecutionEvent] {
        var events: [ExecutionEvent] = result.outcome == .blocked ? [] : [.started]
        if let compile = result.compile { events.append(.compiled(compile)) }
        if let output = result.run?.output {
            if !output.standardOutput.isEmpty { events.append(.output(.standardOutput, output.standardOutput)) }
            if !output.standardError.isEmpty { events.append(.output(.standardError, output.standardError)) }
        }
        return events + [.result(result)]
    }
}
