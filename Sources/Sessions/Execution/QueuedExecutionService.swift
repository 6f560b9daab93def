import Interception
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
        /// Bytes that remembered executions may hold together: output, files, names. Requests are not remembered.
        package var maximumRememberedBytes = ByteCount.mebibytes(64)

        package init(maximumRunning: Int, maximumQueued: Int) {
            self.maximumRunning = maximumRunning
            self.maximumQueued = maximumQueued
        }
    }

    package nonisolated let languages: LanguageRegistry
    package nonisolated let limits: LimitPolicy
    package nonisolated let isolation: IsolationReport
    package nonisolated let screening: Screening
    private let configuration: Configuration
    private let runner: ExecutionRunner
    private let executor: (any TaskExecutor)?
    private let ready: @Sendable () async -> Int
    private let admission: Admission
    private let sessions: (any SessionPrograms)?
    private let history: any ExecutionStore
    private nonisolated let observers: [any ExecutionObserver]
    private let now: @Sendable () -> WallTime
    private let logger: Logger
    private var running = 0
    /// Accepted, and being read.
    private var screened = 0
    private var total = 0
    private var lastAccepted = WallTime(milliseconds: 0)
    private var queue = FairQueue<RecordedExecution>()
    private var records = ExecutionRecords()
    private var isEnding = false
    private var whenIdle: [CheckedContinuation<Void, Never>] = []
    private var generator = SystemRandomNumberGenerator()

    /// `history` has the runs that ended long ago; `executor` is where sandboxes live, if anywhere in particular; `ready`
    /// counts the sandboxes that stand ready; `sessions` is where programs run that are to run in a session.
    package init(
        languages: LanguageRegistry, limits: LimitPolicy, screening: Screening, sandboxes: any SandboxSource,
        configuration: Configuration, admission: Admission = Admission(), sessions: (any SessionPrograms)? = nil,
        history: any ExecutionStore = InMemoryStore(), observers: [any ExecutionObserver] = [],
        executor: (any TaskExecutor)? = nil, ready: @escaping @Sendable () async -> Int = { 0 }, logger: Logger,
        now: @escaping @Sendable () -> WallTime = { .now() }
    ) {
        self.languages = languages
        self.limits = limits
        self.screening = screening
        isolation = sandboxes.isolation
        self.configuration = configuration
        runner = ExecutionRunner(
            sandboxes: sandboxes, sessions: sessions, languages: languages, compileLimits: limits.compile,
            logger: logger)
        self.executor = executor
        self.admission = admission
        self.sessions = sessions
        self.history = history
        self.observers = observers
        self.ready = ready
        self.logger = logger
        self.now = now
    }

    // MARK: ExecutionService

    package func submit(
        _ request: ExecutionRequest, by caller: Caller
    ) async throws(ExecutionRejection) -> any Execution {
        if let session = request.session {
            do throws(SessionRefusal) {
                guard let sessions else { throw .notFound(what: "session") }
                try await sessions.check(session, for: caller)
            } catch {
                throw .session(error)
            }
        }
        guard !isEnding else { throw .shuttingDown }
        // While it is read it keeps a place among those that wait, and takes none of those that run.
        guard running + queue.count + screened < configuration.maximumRunning + configuration.maximumQueued else {
            throw .overloaded(retryAfter: .seconds(1))
        }
        try admission.admitRun(of: caller)
        let execution = RecordedExecution(
            id: ExecutionID(using: &generator), request: request, caller: caller, acceptedAt: nextTime(),
            settle: { [weak self] in await self?.settle() },
            onCancel: { [weak self] execution in await self?.cancel(execution) })
        records.add(execution)
        total += 1
        screened += 1
        let report = await screening.report(on: request, languages: languages)
        screened -= 1
        execution.screened(report)
        admit(execution, report)
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
            running: running, queued: queue.count + screened, maximumRunning: configuration.maximumRunning,
            maximumQueued: configuration.maximumQueued, ready: await ready(), total: total)
    }

    /// Accepts nothing more, cancels what is being read or waits, and waits for what runs, at most for `duration`; then
    /// cancels that too.
    package func shutDown(within duration: Duration) async {
        isEnding = true
        // In the order in which they would have run; behind them those that are being read.
        for execution in queue.removeAll() + records.all { cancel(waiting: execution) }
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

    /// Much may have happened while the program was read.
    private func admit(_ execution: RecordedExecution, _ report: SecurityReport) {
        if execution.ended != nil { return }
        if isEnding { return cancel(waiting: execution) }
        if report.decision == .block { return end(waiting: execution, .blocked, report.reason) }
        if running < configuration.maximumRunning {
            start(execution)
        } else {
            queue.append(execution, of: execution.owner)
        }
    }

    private func start(_ execution: RecordedExecution) {
        let hasBegun = execution.begin { request in
            Task(executorPreference: executor) { [runner, admission, weak self] in
                let result = await runner.result(of: request, for: execution)
                // Before the answer, so that a caller who has it may send the next run.
                admission.quotas.runEnded(of: execution.owner, cpu: result.cpu)
                self?.tell(execution, request, result)
                let audience = execution.endUnlessHeard(result)
                // Away from where sandboxes live, which must not wait for a disk.
                Task {
                    // Listeners are told when it is written. Whoever waits has it written on the way of the answer.
                    if audience != .waiters { await self?.settle() }
                    if audience == .listeners { execution.end(result) }
                    await self?.ended(execution, result)
                }
            }
        }
        if hasBegun { running += 1 }
    }

    /// Has what observers were told written down.
    private nonisolated func settle() async {
        for observer in observers { await observer.settle() }
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
            cancel(waiting: execution)
        }
        _ = await execution.result()
        await settle()
    }

    private func cancel(waiting execution: RecordedExecution) {
        end(waiting: execution, .cancelled, "the run was cancelled before it began")
    }

    /// Without effect on what runs or has ended.
    private func end(waiting execution: RecordedExecution, _ outcome: Outcome, _ explanation: String?) {
        guard let request = execution.waiting else { return }
        var result = ExecutionResult(
            id: execution.id, language: execution.language, outcome: outcome, explanation: explanation,
            limits: execution.limits, isolation: runner.isolation(of: request))
        result.securityReport = execution.securityReport
        result.queued = execution.accepted.duration(to: .now)
        admission.quotas.runEnded(of: execution.owner, cpu: .zero)
        tell(execution, request, result)
        let audience = execution.endUnlessHeard(result)
        remember(execution, result)
        Task {
            await settle()
            if audience == .listeners { execution.end(result) }
        }
    }

    private nonisolated func tell(
        _ execution: RecordedExecution, _ request: ExecutionRequest, _ result: ExecutionResult
    ) {
        let ended = EndedExecution(run: execution.finished(result), caller: execution.caller, code: request.code)
        for observer in observers { observer.ended(ended) }
    }

    private func remember(_ execution: RecordedExecution, _ result: ExecutionResult) {
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
        if result.outcome == .blocked, let report = result.securityReport {
            metadata["policy"] = "\(report.policy)"
            metadata["rules"] =
                "\(Set(report.findings.filter(\.isBlocking).map(\.ruleID.text)).sorted().joined(separator: " "))"
        }
        logger.info("run ended", metadata: metadata)
    }
}
