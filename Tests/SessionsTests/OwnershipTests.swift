import Isolation
import LinuxKernel
import Logging
import Synchronization
import Testing

@testable import Sessions

/// What the service does for several owners.
@Suite struct OwnershipTests {
    private func caller(_ name: String, _ change: (inout Quota) -> Void = { _ in }) -> Caller {
        var generator = SystemRandomNumberGenerator()
        var quota = Quota.unbounded
        change(&quota)
        return Caller(owner: .key(KeyID(using: &generator)), name: name, role: .user, quota: quota)
    }

    private func service(
        _ sandboxes: ScriptedSandboxes, running: Int = 1, queued: Int = 8, admission: Admission = Admission(),
        history: InMemoryStore = InMemoryStore(), observers: [any ExecutionObserver] = []
    ) throws -> QueuedExecutionService {
        QueuedExecutionService(
            languages: try .sample(), limits: .sample, screening: .sample(), sandboxes: sandboxes,
            configuration: .init(maximumRunning: running, maximumQueued: queued), admission: admission,
            history: history, observers: observers, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func held(_ gate: Gate) -> ScriptedSandboxes {
        ScriptedSandboxes { _, _, _, _ in
            try await gate.pass()
            return RunResult(outcome: .ok)
        }
    }

    /// Programs that used two seconds of processor time, and compilers that did and made `program`.
    private func costly(_ outcome: Outcome = .ok) throws -> ScriptedSandboxes {
        let (program, path) = (try Pipe().readEnd, try WorkspacePath("program"))
        return ScriptedSandboxes { command, _, _, sandbox in
            if command.arguments[0] == "g++" { sandbox.contents.withLock { $0.left[path] = program } }
            var result = RunResult(outcome: outcome, exitCode: outcome == .ok ? 0 : 1)
            result.usage.cpu = .seconds(2)
            return result
        }
    }

    @Test func anExecutionIsThereForItsOwnerAlone() async throws {
        let service = try service(ScriptedSandboxes())
        let (one, other) = (caller("one"), caller("other"))
        let execution = try await service.submit(.sample(""), by: one)
        _ = await execution.result()
        #expect(await service.execution(execution.id, of: one.owner) != nil)
        #expect(await service.execution(execution.id, of: other.owner) == nil)
        #expect(try await service.runs(RunQuery(owner: one.owner, limit: 10)).map(\.id) == [execution.id])
        #expect(try await service.runs(RunQuery(owner: other.owner, limit: 10)).isEmpty)
    }

    @Test func theListGoesOnWithWhatIsNoLongerInMemory() async throws {
        let (history, owner) = (InMemoryStore(), caller("one"))
        let service = try service(ScriptedSandboxes(), history: history)
        var generator = SystemRandomNumberGenerator()
        let old = FinishedRun(
            id: ExecutionID(using: &generator), owner: owner.owner, language: "bash", outcome: .ok, isSuccess: true,
            accepted: WallTime(milliseconds: 1000), ended: WallTime(milliseconds: 2000))
        try await history.append([old])
        var ids: [ExecutionID] = []
        for _ in 0..<3 {
            let execution = try await service.submit(.sample(""), by: owner)
            _ = await execution.result()
            ids.append(execution.id)
        }
        var query = RunQuery(owner: owner.owner, limit: 2)
        let first = try await service.runs(query)
        #expect(first.map(\.id) == [ids[2], ids[1]])
        query.after = first.last?.cursor
        #expect(try await service.runs(query).map(\.id) == [ids[0], old.id])
    }

    @Test func theQuotaRefusesAndTheEndOfARunFreesItBeforeItsAnswer() async throws {
        let service = try service(ScriptedSandboxes(), running: 4)
        let one = caller("one") { $0.concurrentRuns = 1 }
        for _ in 0..<50 { _ = await (try await service.submit(.sample(""), by: one)).result() }
        let gate = Gate()
        let held = try self.service(held(gate))
        let execution = try await held.submit(.sample(""), by: one)
        let rejection = await #expect(throws: ExecutionRejection.self) { try await held.submit(.sample(""), by: one) }
        guard case .quotaExceeded(let refusal)? = rejection else {
            Issue.record("\(String(describing: rejection))")
            return
        }
        #expect(refusal.resource == .concurrentRuns)
        _ = try await held.submit(.sample(""), by: caller("other"))
        gate.open(for: 2)
        _ = await execution.result()
    }

    @Test func processorTimeIsChargedForTheCompilerTheProgramAndEveryTest() async throws {
        let quotas = Quotas()
        let service = try service(try costly(), admission: Admission(quotas: quotas))
        let one = caller("one")
        let compiled = await (try await service.submit(.sample("", language: "cpp"), by: one)).result()
        #expect(compiled.outcome == .ok)
        #expect(quotas.usage(of: one.owner).cpuPerHour == .seconds(4))
        var tests = try ExecutionRequest.sample("")
        tests.tests = (1...3).map { TestCase(name: "\($0)") }
        _ = await (try await service.submit(tests, by: one)).result()
        #expect(quotas.usage(of: one.owner).cpuPerHour == .seconds(10))
    }

    @Test func aProgramThatWasCancelledIsChargedToo() async throws {
        let quotas = Quotas()
        let sandboxes = ScriptedSandboxes { _, _, _, _ in
            do { try await Task.sleep(for: .seconds(600)) } catch {}
            var result = RunResult(outcome: .cancelled)
            result.usage.cpu = .seconds(3)
            return result
        }
        let service = try service(sandboxes, admission: Admission(quotas: quotas))
        let one = caller("one")
        let running = try await service.submit(.sample(""), by: one)
        let waiting = try await service.submit(.sample(""), by: one)
        _ = await sandboxes.started(1)
        await waiting.cancel()
        await running.cancel()
        #expect(quotas.usage(of: one.owner).cpuPerHour == .seconds(3))
        #expect(quotas.usage(of: one.owner).concurrentRuns == 0)
    }

    @Test func aBusyMachineRefusesAndCountsNothing() async throws {
        let quotas = Quotas()
        let shared = SharedPressure()
        let service = try service(
            ScriptedSandboxes(), admission: Admission(quotas: quotas, pressure: { shared.value }))
        let one = caller("one") { $0.runsPerMinute = 1 }
        shared.value = MachinePressure(resource: .cpu, percent: 99, limit: 80)
        for _ in 0..<3 {
            let rejection = await #expect(throws: ExecutionRejection.self) {
                try await service.submit(.sample(""), by: one)
            }
            guard case .machineBusy? = rejection else {
                Issue.record("\(String(describing: rejection))")
                return
            }
        }
        shared.value = nil
        _ = await (try await service.submit(.sample(""), by: one)).result()
    }

    @Test func aBurstOfOneOwnerDelaysNoOther() async throws {
        let gate = Gate()
        let sandboxes = held(gate)
        let service = try service(sandboxes, running: 1, queued: 100)
        let (one, other) = (caller("one"), caller("other"))
        for number in 0..<5 {
            var request = try ExecutionRequest.sample("")
            request.standardInput = Array("one \(number)".utf8)
            _ = try await service.submit(request, by: one)
        }
        var request = try ExecutionRequest.sample("")
        request.standardInput = Array("other".utf8)
        _ = try await service.submit(request, by: other)
        gate.open(for: 6)
        let started = await sandboxes.started(6)
        #expect(started.firstIndex(of: "other") == 2)
    }

    @Test func aRefusedProgramGivesItsPlaceBackAndIsRecordedLikeEveryRun() async throws {
        let (quotas, observer, sandboxes) = (Quotas(), RecordingObserver(), ScriptedSandboxes())
        let service = try service(sandboxes, admission: Admission(quotas: quotas), observers: [observer])
        let one = caller("one") { $0.concurrentRuns = 1 }
        let code = "print('forbidden')"
        for _ in 0..<3 {
            #expect(await (try await service.submit(.sample(code), by: one)).result().outcome == .blocked)
        }
        #expect(quotas.usage(of: one.owner).concurrentRuns == 0)
        #expect(quotas.usage(of: one.owner).runsPerMinute == 3)
        #expect(observer.ended.map(\.run.outcome) == [.blocked, .blocked, .blocked])
        #expect(observer.ended.allSatisfy { $0.caller == one && $0.code == code })
        #expect(try await service.runs(RunQuery(owner: one.owner, limit: 10)).count == 3)
        #expect(sandboxes.all.isEmpty)
        #expect(await (try await service.submit(.sample("print()"), by: one)).result().outcome == .ok)
    }

    @Test func whoHasUsedUpAQuotaHasNothingRead() async throws {
        let observer = RecordingObserver()
        let service = try service(ScriptedSandboxes(), observers: [observer])
        let one = caller("one") { $0.concurrentRuns = 0 }
        await #expect(throws: ExecutionRejection.self) {
            try await service.submit(.sample("print('forbidden')"), by: one)
        }
        #expect(observer.ended.isEmpty)
        #expect(await service.load().total == 0)
    }

    @Test func shuttingDownEndsWhatIsBeingRead() async throws {
        let (quotas, observer) = (Quotas(), RecordingObserver())
        let service = try service(
            held(Gate()), admission: Admission(quotas: quotas), observers: [observer])
        let one = caller("one")
        // Long to read. Should the reading be over already, the program runs, and is ended there.
        var request = try ExecutionRequest.sample(String(repeating: "x = [1]\n", count: 30_000))
        request.policy = .open
        async let execution = service.submit(request, by: one)
        while await service.load().total == 0 { await Task.yield() }
        await service.shutDown(within: .zero)
        // It has ended, and whoever records runs knows it, although its reading may go on.
        #expect(observer.ended.map(\.run.outcome) == [.cancelled])
        #expect(quotas.usage(of: one.owner).concurrentRuns == 0)
        #expect(await (try await execution).result().outcome == .cancelled)
        #expect(observer.ended.count == 1)
    }

    /// What listeners are told has been written down, whether they came before the end or after it, and however it ended.
    @Test func whoListensHearsWhatIsWritten() async throws {
        let observer = SlowObserver()
        let gate = Gate()
        let service = try service(held(gate), observers: [observer])
        let first = try await service.submit(.sample(""), by: caller("ann"))
        let early = await first.events()
        let second = try await service.submit(.sample(""), by: caller("bea"))
        let cancelled = await second.events()
        let hears = Task { await self.hearsOfTheEnd(cancelled) { observer.hasWritten(second.id) } }
        await second.cancel()
        #expect(await hears.value)
        gate.open()
        #expect(await hearsOfTheEnd(early) { observer.hasWritten(first.id) })
        let third = try await service.submit(.sample(""), by: .local)
        gate.open()
        while try await service.runs(RunQuery(owner: .anonymous, limit: 1)).first?.finished == nil {
            await Task.yield()
        }
        #expect(await hearsOfTheEnd(await third.events()) { observer.hasWritten(third.id) })
    }

    private func hearsOfTheEnd(_ events: AsyncStream<ExecutionEvent>, _ isWritten: () -> Bool) async -> Bool {
        for await event in events { if case .result = event { return isWritten() } }
        return false
    }

    @Test func observersHearOfEveryEnd() async throws {
        let observer = RecordingObserver()
        let service = try service(try costly(.nonzeroExit), observers: [observer])
        let one = caller("one")
        let execution = try await service.submit(.sample("echo"), by: one)
        _ = await execution.result()
        while observer.ended.isEmpty { await Task.yield() }
        let ended = try #require(observer.ended.first)
        #expect(ended.run.id == execution.id)
        #expect(ended.run.outcome == .nonzeroExit)
        #expect(ended.run.cpu == .seconds(2))
        #expect(ended.caller == one)
        #expect(ended.code == "echo")
    }
}

private final class SharedPressure: Sendable {
    private let pressure = Mutex<MachinePressure?>(nil)

    var value: MachinePressure? {
        get { pressure.withLock { $0 } }
        set { pressure.withLock { $0 = newValue } }
    }
}

private final class RecordingObserver: ExecutionObserver {
    private let all = Mutex<[EndedExecution]>([])
    var ended: [EndedExecution] { all.withLock { $0 } }

    func ended(_ execution: EndedExecution) { all.withLock { $0.append(execution) } }
}

/// Writes slowly, and knows what it has written.
private final class SlowObserver: ExecutionObserver {
    private let state = Mutex((told: Set<ExecutionID>(), written: Set<ExecutionID>()))

    func hasWritten(_ id: ExecutionID) -> Bool { state.withLock { $0.written.contains(id) } }

    func ended(_ execution: EndedExecution) { state.withLock { _ = $0.told.insert(execution.run.id) } }

    func settle() async {
        let told = state.withLock { $0.told }
        for _ in 0..<1000 { await Task.yield() }
        state.withLock { $0.written.formUnion(told) }
    }
}
