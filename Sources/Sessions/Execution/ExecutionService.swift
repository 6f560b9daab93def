package import Isolation
package import Languages

/// Why an execution was not accepted. Nothing was started and nothing is kept.
package enum ExecutionRejection: Error, Sendable {
    /// The queue is full.
    case overloaded(retryAfter: Duration)
    case machineBusy(MachinePressure)
    case quotaExceeded(QuotaRefusal)
    /// The session that it was to run in does not take it.
    case session(SessionRefusal)
    case shuttingDown
}

/// Accepts executions, queues them, runs them and remembers their results for a while.
package protocol ExecutionService: Sendable {
    var languages: LanguageRegistry { get }
    var limits: LimitPolicy { get }
    var isolation: IsolationReport { get }
    var screening: Screening { get }

    /// Accepts a request or rejects it at once. An accepted one belongs to the caller, and has been read when this returns:
    /// it has ended as `blocked`, or it runs or waits in the queue.
    func submit(_ request: ExecutionRequest, by caller: Caller) async throws(ExecutionRejection) -> any Execution
    /// An owner's execution that is running, or that ended recently. What belongs to others is not there.
    func execution(_ id: ExecutionID, of owner: Owner) async -> (any Execution)?
    /// The newest first: those that run, and those that ended as long as they are kept.
    func runs(_ query: RunQuery) async throws(StoreFailure) -> [RunSummary]
    /// Figures for the health answer.
    func load() async -> ExecutionLoad
}

/// One accepted execution.
package protocol Execution: Sendable {
    var id: ExecutionID { get }
    var language: String { get }
    /// Each call gives a stream of its own that begins with what already happened.
    func events() async -> AsyncStream<ExecutionEvent>
    /// Waits for the end. Cancelling the waiting task does not cancel the execution.
    func result() async -> ExecutionResult
    /// The result if it is there within `duration`.
    func result(within duration: Duration) async -> ExecutionResult?
    /// Ends it as `cancelled`; without effect when it has ended.
    func cancel() async
}

package struct ExecutionLoad: Hashable, Sendable {
    package var running: Int
    package var queued: Int
    package var maximumRunning: Int
    package var maximumQueued: Int
    /// Sandboxes that stand ready.
    package var ready: Int
    package var total: Int

    package init(running: Int, queued: Int, maximumRunning: Int, maximumQueued: Int, ready: Int, total: Int) {
        self.running = running
        self.queued = queued
        self.maximumRunning = maximumRunning
        self.maximumQueued = maximumQueued
        self.ready = ready
        self.total = total
    }
}
