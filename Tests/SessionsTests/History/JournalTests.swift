import Isolation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Sessions

@Suite struct JournalTests {
    private let store = InMemoryStore()
    private let clock = ManualClock()

    private func journal(
        _ change: (inout Journal.Configuration) -> Void = { _ in }, records: (any RecordStore)? = nil
    ) -> Journal {
        var configuration = Journal.Configuration()
        change(&configuration)
        return Journal(
            configuration, records: records ?? store,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { [clock] in clock.wall })
    }

    private func ended(_ code: String = "abc", owner: Owner = .anonymous, at time: WallTime? = nil) -> EndedExecution {
        var generator = SystemRandomNumberGenerator()
        let time = time ?? clock.wall
        let run = FinishedRun(
            id: ExecutionID(using: &generator), owner: owner, language: "bash", outcome: .memoryLimit, isSuccess: false,
            accepted: time, ended: time)
        var caller = Caller(owner: owner, name: "ann", role: .user, quota: .unbounded)
        caller.address = "192.0.2.1"
        return EndedExecution(run: run, caller: caller, code: code)
    }

    @Test func aRunIsListedAndAuditedByTheHashOfItsCode() async throws {
        let journal = journal()
        let ended = ended()
        journal.ended(ended)
        await journal.flush()
        #expect(await store.runs(RunQuery(owner: .anonymous, limit: 10)) == [ended.run])
        let event = try #require(await store.entries(AuditQuery(limit: 10)).first?.event)
        #expect(event.action == .run)
        #expect(event.actor == "ann")
        #expect(event.address == "192.0.2.1")
        #expect(event.outcome == "memory_limit")
        #expect(event.subject == ended.run.id.description)
        #expect(
            event.details == [
                "language": "bash", "code_bytes": "3",
                "code_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ])
    }

    @Test func theCodeIsKeptOnlyWhereTheOperatorSaysSo() async throws {
        let journal = journal { $0.keepsCode = true }
        journal.ended(ended(String(repeating: "é", count: 100_000)))
        await journal.flush()
        let code = try #require(await store.entries(AuditQuery(limit: 10)).first?.event.details["code"])
        #expect(code.utf8.count <= (64 << 10) + 2)
        #expect(code.hasPrefix("éé"))
    }

    @Test func oldRowsAreDroppedByCountAndAge() async throws {
        let journal = journal {
            ($0.runsPerOwner, $0.auditRows) = (3, 4)
            $0.runAge = .seconds(100)
        }
        for second in 0..<6 {
            journal.ended(ended(at: clock.wall.advanced(by: .seconds(second))))
            journal.ended(ended(owner: .configuredKey, at: clock.wall.advanced(by: .seconds(second))))
        }
        await journal.flush()
        await journal.prune()
        #expect(await store.runs(RunQuery(owner: .anonymous, limit: 10)).count == 3)
        #expect(await store.runs(RunQuery(owner: .configuredKey, limit: 10)).count == 3)
        #expect(await store.entries(AuditQuery(limit: 10)).map(\.number) == [12, 11, 10, 9])
        clock.advance(by: .seconds(104.5))
        await journal.prune()
        #expect(await store.runs(RunQuery(owner: .anonymous, limit: 10)).count == 1)
    }

    @Test func whatIsSettledIsWritten() async throws {
        let log = SlowStore(store)
        let journal = journal(records: log)
        // Nothing is on its way: nothing is waited for.
        await journal.settle()
        journal.ended(ended())
        let settling = Task {
            await journal.settle()
            return await store.entries(AuditQuery(limit: 10)).count
        }
        await log.waitUntilAsked()
        // A second one waits for what the first has begun to write.
        let second = Task {
            await journal.settle()
            return await store.entries(AuditQuery(limit: 10)).count
        }
        log.go()
        #expect(await settling.value == 1)
        #expect(await second.value == 1)
    }

    @Test func fewRowsAreWrittenByTheThreadThatHasThem() async throws {
        let log = PromptStore()
        let journal = journal(records: log)
        journal.ended(ended())
        await journal.settle()
        #expect(log.written.atOnce == 1)
        // Somebody else writes: nothing is lost, doubled or out of order.
        log.behave { $0.isBusy = true }
        for second in 1...3 { journal.ended(ended(at: clock.wall.advanced(by: .seconds(second)))) }
        await journal.settle()
        log.behave { $0.isBusy = false }
        #expect(log.written.times == (0...3).map { clock.wall.advanced(by: .seconds($0)) })
        #expect(log.written.atOnce == 1)
        // Many are a batch.
        for _ in 0..<100 { journal.ended(ended()) }
        await journal.settle()
        #expect(log.written.ids.count == 104)
        #expect(log.written.atOnce == 1)
    }

    @Test func aDiskThatFailsHoldsNobodyUp() async throws {
        let log = PromptStore()
        let journal = journal(records: log)
        log.behave { $0.isBroken = true }
        journal.ended(ended())
        await journal.settle()
        log.behave { $0.isBroken = false }
        let second = ended()
        journal.ended(second)
        await journal.settle()
        #expect(log.written.ids == [second.run.id])
    }

    @Test func whatManySettleAtTheSameTimeIsWrittenForEach() async throws {
        let log = PromptStore()
        let journal = journal(records: log)
        await withTaskGroup { tasks in
            for number in 0..<200 {
                tasks.addTask {
                    if number % 7 == 0 { log.behave { $0.isBusy.toggle() } }
                    let ended = ended()
                    journal.ended(ended)
                    await journal.settle()
                    #expect(log.written.ids.contains(ended.run.id))
                }
            }
        }
        #expect(log.written.times.count == 200)
    }

    @Test func whatWaitsIsBounded() async throws {
        let journal = journal { $0.maximumWaiting = 5 }
        for _ in 0..<9 { journal.ended(ended()) }
        await journal.flush()
        #expect(await store.runs(RunQuery(owner: .anonymous, limit: 10)).count == 5)
        journal.ended(ended())
        await journal.flush()
        #expect(await store.runs(RunQuery(owner: .anonymous, limit: 10)).count == 6)
    }

    @Test func codeThatWaitsIsBoundedInBytes() async throws {
        let journal = journal { $0.maximumWaitingBytes = 1000 }
        for _ in 0..<9 { journal.ended(ended(String(repeating: "x", count: 400))) }
        await journal.flush()
        #expect(await store.runs(RunQuery(owner: .anonymous, limit: 10)).count == 2)
        journal.ended(ended(String(repeating: "x", count: 400)))
        await journal.flush()
        #expect(await store.runs(RunQuery(owner: .anonymous, limit: 10)).count == 3)
    }

    @Test func asAServiceItWritesByItselfAndTheRestWhenItIsStopped() async throws {
        let journal = journal()
        let group = ServiceGroup(
            services: [journal], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            journal.note(AuditActor(ended().caller).event(.run, at: clock.wall, subject: "a", outcome: "ok"))
            while await store.entries(AuditQuery(limit: 10)).isEmpty { await Task.yield() }
            for _ in 0..<100 { journal.ended(ended()) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(await store.runs(RunQuery(owner: .anonymous, limit: 1000)).count == 100)
        #expect(await store.entries(AuditQuery(limit: 1000)).count == 101)
    }
}

/// One whose disk waits for the test.
private final class SlowStore: RecordStore {
    private let store: InMemoryStore
    private let asked: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
    private let permitted: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    init(_ store: InMemoryStore) {
        self.store = store
        asked = AsyncStream.makeStream()
        permitted = AsyncStream.makeStream()
    }

    func waitUntilAsked() async { _ = await asked.stream.first { _ in true } }
    func go() { permitted.continuation.yield() }

    func append(_ runs: [FinishedRun], _ events: [AuditEvent]) async throws(StoreFailure) {
        asked.continuation.yield()
        _ = await permitted.stream.first { _ in true }
        await store.append(runs, events)
    }

    func runs(_ query: RunQuery) async throws(StoreFailure) -> [FinishedRun] { await store.runs(query) }

    func charges(since time: WallTime) async throws(StoreFailure) -> [ProcessorCharge] {
        await store.charges(since: time)
    }

    func pruneRuns(keeping count: Int, of owners: Set<Owner>, since oldest: WallTime) async throws(StoreFailure) {}

    func entries(_ query: AuditQuery) async throws(StoreFailure) -> [AuditEntry] { await store.entries(query) }

    func pruneAudit(keeping count: Int, since oldest: WallTime) async throws(StoreFailure) {}
}

/// One that also writes at once, when the test lets it.
private final class PromptStore: RecordStore {
    struct Behaviour {
        var isBusy = false
        var isBroken = false
    }

    struct Written {
        var ids: Set<ExecutionID> = []
        var times: [WallTime] = []
        /// Of these, by the thread that had them.
        var atOnce = 0
    }

    private let state = Mutex((Behaviour(), Written()))

    var written: Written { state.withLock { $0.1 } }

    func behave(_ change: (inout Behaviour) -> Void) { state.withLock { change(&$0.0) } }

    private func add(_ runs: [FinishedRun], _ events: [AuditEvent]) throws(StoreFailure) {
        try state.withLock { state throws(StoreFailure) in
            guard !state.0.isBroken else { throw StoreFailure("write records", "the disk is broken") }
            state.1.ids.formUnion(runs.map(\.id))
            state.1.times += events.map(\.time)
        }
    }

    func append(_ runs: [FinishedRun], _ events: [AuditEvent]) async throws(StoreFailure) { try add(runs, events) }

    func appendAtOnce(_ runs: [FinishedRun], _ events: [AuditEvent]) throws(StoreFailure) -> Bool {
        guard !state.withLock({ $0.0.isBusy }) else { return false }
        try add(runs, events)
        state.withLock { $0.1.atOnce += 1 }
        return true
    }

    func runs(_ query: RunQuery) async throws(StoreFailure) -> [FinishedRun] { [] }

    func charges(since time: WallTime) async throws(StoreFailure) -> [ProcessorCharge] { [] }

    func pruneRuns(keeping count: Int, of owners: Set<Owner>, since oldest: WallTime) async throws(StoreFailure) {}

    func entries(_ query: AuditQuery) async throws(StoreFailure) -> [AuditEntry] { [] }

    func pruneAudit(keeping count: Int, since oldest: WallTime) async throws(StoreFailure) {}
}
