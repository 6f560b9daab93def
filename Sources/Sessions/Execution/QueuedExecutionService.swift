package import Isolation
package import Languages
package import Logging

/// Runs executions in sandboxes: at most so many at once, a bounded queue before them, and results kept for a while.
package actor QueuedExecutionService: ExecutionService {
    package struct Configuration: Sendable {
        package var maximumRunning: Int
        package var maximumQueued: Int
        /// Ended executions remembered for `execution(_:)`; the oldest go first.
        package var maximumRemembered = 1000
        /// Bytes of output and files that remembered results may hold together.
        package var maximumRememberedBytes = ByteCount.mebibytes(64)

        package init(maximumRunning: Int, maximumQueued: Int) {
            self.maximumRunning = maximumRunning
            self.maximumQueued = maximumQueued
        }
    }

    package nonisolated let languages: LanguageRegistry
    package nonisolated let limits: LimitPolicy
    package nonisolated let isolation: IsolationReport
    private let configuration: Configuration
    private let runner: ExecutionRunner
    private let executor: (any TaskExecutor)?
    private let ready: @Sendable () async -> Int
    private let admission: Admission
    private let history: any ExecutionStore
    private let observers: [any ExecutionObserver]
    private let now: @Sendable () -> WallTime
    private let logger: Logger
    private var running = 0
    private var total = 0
    private var lastAccepted = WallTime(milliseconds: 0)
    private var queue = FairQueue<RecordedExecution>()
    private var records = ExecutionRecords()
    private var isEnding = false
    private var whenIdle: [CheckedContinuation<Void, Never>] = []
    private var generator = SystemRandomNumberGenerator()

    /// `history` has the runs that ended long ago; `executor` is where sandboxes live, if anywhere in particular; `ready`
    /// counts the sandboxes that stand ready.
    package init(
        languages: LanguageRegistry, limits: LimitPolicy, sandboxes: any SandboxSource, configuration: Configuration,
        admission: Admission = Admission(), history: any ExecutionStore = InMemoryStore(),
        observers: [any ExecutionObserver] = [], executor: (any TaskExecutor)? = nil,
        ready: @escaping @Sendable () async -> Int = { 0 }, logger: Logger,
        now: @escaping @Sendable () -> WallTime = { .now() }
    ) {
        self.languages = languages
        self.limits = limits
        isolation = sandboxes.isolation
        self.configuration = configuration
        runner = ExecutionRunner(
            sandboxes: sandboxes, languages: languages, compileLimits: limits.compile, logger: logger)
        self.executor = executor
        self.admission = admission
        self.history = history
        self.observers = observers
        self.ready = ready
        self.logger = logger
        self.now = now
    }

    // MARK: ExecutionService

    package func submit(
        _ request: ExecutionRequest, by caller: Caller
    ) throws(ExecutionRejection) -> any Execution {
        guard !isEnding else { throw .shuttingDown }
        guard running < configuration.maximumRunning || queue.count < configuration.maximumQueued else {
            throw .overloaded(retryAfter: .seconds(1))
        }
        try admission.admitRun(of: caller)
        let execution = RecordedExecution(
            id: ExecutionID(using: &generator), request: request, caller: caller, acceptedAt: nextTime()
        ) { [weak self] execution in await self?.cancel(execution) }
        records.add(execution)
        total += 1
        if running < configuration.maximumRunning {
            start(execution)
        } else {
            queue.append(execution, of: caller.owner)
        }
        return execution
    }

    package func execution(_ id: ExecutionID, of owner: Owner) -> (any Execution)? {
        guard let execution = records[id], execution.owner == owner else { return nil }
        return execution
    }

    package func runs(_ query: RunQuery) async throws(StoreFailure) -> [RunSummary] {
        let stored = query.status == .running ? [] : try await history.runs(query)
        // Read after the store: what ended meanwhile is in one of the two.
        return query.page(memory: records.all.filter { $0.owner == query.owner }.map(\.summary), stored: stored)
    }

    package func load() async -> ExecutionLoad {
        ExecutionLoad(
            running: running, queued: queue.count, maximumRunning: configuration.maximumRunning,
            maximumQueued: configuration.maximumQueued, ready: await ready(), total: total)
    }

    /// Accepts nothing more, cancels what waits, and waits for what runs, at most for `duration`; then cancels that too.
    package func shutDown(within duration: Duration) async {
        isEnding = true
        for execution in queue.removeAll() { end(queued: execution) }
        let timer = Task {
            do { try await Task.sleep(for: duration) } catch { return }
            for execution in records.all { _ = execution.cancelRunning() }
        }
        await withCheckedContinuation { continuation in
            if running == 0 { continuation.resume() } else { whenIdle.append(continuation) }
        }
        timer.cancel()
    }

    // MARK: Running

    private func start(_ execution: RecordedExecution) {
        running += 1
        let task = Task(executorPreference: executor) { [runner, admission, weak self] in
            let result = await runner.result(of: execution)
            // Before the answer, so that a caller who has it may send the next run.
            admission.quotas.runEnded(of: execution.owner, cpu: result.cpu)
            execution.end(result)
            await self?.ended(execution, result)
        }
        // Cancelled between the queue and here: the task finds itself cancelled.
        if !execution.begin(task) { task.cancel() }
    }

    private func ended(_ execution: RecordedExecution, _ result: ExecutionResult) {
        running -= 1
        remember(execution, result)
        if running < configuration.maximumRunning, let next = queue.popFirst() { start(next) }
        if running == 0, isEnding {
            for waiter in whenIdle { waiter.resume() }
            whenIdle = []
        }
    }

    /// Each run has a moment of its own, so that a list by time is a list in the order of arrival.
    private func nextTime() -> WallTime {
        lastAccepted = max(now(), lastAccepted.advanced(by: .milliseconds(1)))
        return lastAccepted
    }

    private func cancel(_ execution: RecordedExecution) async {
        if execution.cancelRunning() {
            queue.remove(of: execution.owner) { $0 === execution }
            end(queued: execution)
        }
        _ = await execution.result()
    }

    private func end(queued execution: RecordedExecution) {
        var result = ExecutionResult(
            id: execution.id, language: execution.language, outcome: .cancelled,
            explanation: "the run was cancelled before it began", limits: execution.request.limits, isolation: isolation
        )
        result.queued = execution.accepted.duration(to: .now)
        admission.quotas.runEnded(of: execution.owner, cpu: .zero)
        execution.end(result)
        remember(execution, result)
    }

    private func remember(_ execution: RecordedExecution, _ result: ExecutionResult) {
        let ended = EndedExecution(
            run: execution.finished(result), caller: execution.caller, code: execution.request.code)
        for observer in observers { observer.ended(ended) }
        records.ended(execution, result)
        records.forget(above: configuration.maximumRemembered, bytes: configuration.maximumRememberedBytes)
        log(result, execution.owner)
    }

    private func log(_ result: ExecutionResult, _ owner: Owner) {
        var metadata: Logger.Metadata = [
            "run_id": "\(result.id)", "owner": "\(owner)", "language": "\(result.language)",
            "status": "\(result.outcome.rawValue)", "queued_ms": "\(result.queued / .milliseconds(1))",
        ]
        if let usage = result.run?.usage {
            metadata["wall_ms"] = "\(usage.wall / .milliseconds(1))"
            metadata["cpu_ms"] = "\(usage.cpu / .milliseconds(1))"
            metadata["peak_memory_bytes"] = "\(usage.peakMemory.bytes)"
        }
        logger.info("run ended", metadata: metadata)
    }
}
