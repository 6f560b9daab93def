import Crypto
import Isolation
package import Logging
import ServiceLifecycle
import Synchronization

/// Writes down what happened, beside the requests: runs that ended, and what the audit log must know.
///
/// Whoever tells it something does not wait. Events are on their way to the disk at once, several rows in one transaction
/// when many come; runs go with the answer. Before an answer goes out ``settle()`` has all of it written, so that a server
/// that is killed has lost nothing that it acknowledged.
package final class Journal: Sendable {
    package struct Configuration: Sendable {
        /// Finished runs that are kept for each owner.
        package var runsPerOwner = 10_000
        package var runAge = Duration.seconds(30 * 86_400)
        package var auditRows = 100_000
        package var auditAge = Duration.seconds(90 * 86_400)
        /// Whether the audit log holds the first 64 KiB of the code of each run, and not its hash and size alone.
        package var keepsCode = false
        /// Rows that may wait for a slow disk; more are lost, and the log says how many.
        package var maximumWaiting = 10_000
        /// Bytes of code that rows which wait may hold on to.
        package var maximumWaitingBytes = 64 << 20
        /// Between two times that old rows are dropped.
        package var pruneInterval = Duration.seconds(60)

        package init() {}
    }

    private enum Entry {
        case run(EndedExecution)
        case event(AuditEvent, text: String?)

        /// Bytes of code that it holds on to.
        var bytes: Int {
            switch self {
            case .run(let ended): ended.code.utf8.count
            case .event(_, let text): text?.utf8.count ?? 0
            }
        }
    }

    private struct State {
        var waiting: [Entry] = []
        var waitingBytes = 0
        var lost = 0
        /// What was taken from `waiting` is not on the disk yet.
        var isWriting = false
        /// Owners with new runs since old ones were dropped.
        var owners: Set<Owner> = []
        /// The last batch that was begun.
        var write: Task<Void, Never>?

        /// What waits; until `isWriting` is withdrawn it counts as being written.
        mutating func take() -> [Entry] {
            defer { (waiting, waitingBytes, isWriting) = ([], 0, !waiting.isEmpty) }
            return waiting
        }

        mutating func putBack(_ entries: [Entry]) {
            waiting.insert(contentsOf: entries, at: 0)
            waitingBytes += entries.reduce(0) { $0 + $1.bytes }
        }
    }

    private let configuration: Configuration
    private let records: any RecordStore
    private let logger: Logger
    private let now: @Sendable () -> WallTime
    private let state = Mutex(State())
    /// Held while rows are written on the thread that has them, and while a batch is taken for another thread.
    private let turn = Mutex(())
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    package init(
        _ configuration: Configuration = Configuration(), records: any RecordStore, logger: Logger,
        now: @escaping @Sendable () -> WallTime = { .now() }
    ) {
        self.configuration = configuration
        self.records = records
        self.logger = logger
        self.now = now
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func note(_ event: AuditEvent) {
        take(.event(event, text: nil))
        arrival.yield()
    }

    /// Something about a text that a caller sent to be run: its hash and its size are kept with it, and the text where the
    /// operator wants that.
    package func note(_ event: AuditEvent, text: String) {
        take(.event(event, text: text))
        arrival.yield()
    }

    private func take(_ entry: Entry) {
        state.withLock { state in
            guard state.waiting.count < configuration.maximumWaiting,
                state.waitingBytes + entry.bytes <= configuration.maximumWaitingBytes
            else {
                state.lost += 1
                return
            }
            state.waiting.append(entry)
            state.waitingBytes += entry.bytes
        }
    }

    // MARK: Writing

    /// Writes everything that it was told so far. One batch after the other, so that rows stand in their order; and when
    /// this returns, those of earlier batches are written too.
    package func flush() async {
        let write = state.withLock { state in
            let write = Task { [previous = state.write] in
                await previous?.value
                await self.write()
            }
            state.write = write
            return write
        }
        await write.value
    }

    /// Returns when what it was told so far is written, or lost to a disk that fails, which the log says. A few rows are
    /// written on this thread when nobody else writes: to wake others for them takes longer than to write them.
    package func settle() async {
        let isWritten = turn.withLockIfAvailable { _ in writeAtOnce() } ?? false
        guard !isWritten, state.withLock({ !$0.waiting.isEmpty || $0.isWriting }) else { return }
        await flush()
    }

    /// Rows that are written at once by whoever has them.
    private static let few = 8

    /// False when others must, or when there is nothing.
    private func writeAtOnce() -> Bool {
        let entries = state.withLock { state -> [Entry] in
            guard !state.isWriting, state.lost == 0, state.waiting.count <= Self.few else { return [] }
            return state.take()
        }
        guard !entries.isEmpty else { return false }
        do throws(StoreFailure) {
            let (runs, events) = rows(entries)
            let isWritten = try records.appendAtOnce(runs, events)
            state.withLock { state in
                state.isWriting = false
                if isWritten { state.owners.formUnion(runs.map(\.owner)) } else { state.putBack(entries) }
            }
            return isWritten
        } catch {
            lost(entries, error)
            return true
        }
    }

    private func write() async {
        let (entries, lost) = await takeInTurn()
        if lost > 0 {
            logger.error("records are lost: the disk is too slow", metadata: ["rows": "\(lost)"])
        }
        guard !entries.isEmpty else { return }
        do throws(StoreFailure) {
            let (runs, events) = rows(entries)
            try await records.append(runs, events)
            state.withLock { state in
                state.isWriting = false
                state.owners.formUnion(runs.map(\.owner))
            }
        } catch {
            self.lost(entries, error)
        }
    }

    /// When nobody writes at once any more; that is soon, and the thread is not kept waiting for it.
    private func takeInTurn() async -> (entries: [Entry], lost: Int) {
        while true {
            let taken = turn.withLockIfAvailable { _ in
                state.withLock { state in
                    defer { state.lost = 0 }
                    return (entries: state.take(), lost: state.lost)
                }
            }
            if let taken { return taken }
            do { try await Task.sleep(for: .microseconds(100)) } catch { await Task.yield() }
        }
    }

    private func lost(_ entries: [Entry], _ failure: StoreFailure) {
        state.withLock { $0.isWriting = false }
        logger.error("records are lost", metadata: ["rows": "\(entries.count)", "reason": "\(failure)"])
    }

    private func rows(_ entries: [Entry]) -> ([FinishedRun], [AuditEvent]) {
        (entries.compactMap { if case .run(let ended) = $0 { ended.run } else { nil } }, entries.map(event))
    }

    /// Drops what is older or more than the operator keeps.
    package func prune() async {
        let owners = state.withLock { state in
            defer { state.owners = [] }
            return state.owners
        }
        let time = now()
        do {
            try await records.pruneRuns(
                keeping: configuration.runsPerOwner, of: owners, since: time.advanced(by: .zero - configuration.runAge))
            try await records.pruneAudit(
                keeping: configuration.auditRows, since: time.advanced(by: .zero - configuration.auditAge))
        } catch {
            state.withLock { $0.owners.formUnion(owners) }
            logger.error("old records could not be dropped", metadata: ["reason": "\(error)"])
        }
    }

    private func event(_ entry: Entry) -> AuditEvent {
        switch entry {
        case .event(let event, nil): return event
        case .event(var event, let text?):
            event.details.merge(details(of: text)) { own, _ in own }
            return event
        case .run(let ended):
            var details = details(of: ended.code)
            details["language"] = ended.run.language
            return AuditActor(ended.caller).event(
                .run, at: ended.run.ended, subject: "\(ended.run.id)", outcome: ended.run.outcome.rawValue,
                details: details)
        }
    }
}

extension Journal {
    /// What is kept of a text that was to be run.
    private func details(of text: String) -> [String: String] {
        let code = Array(text.utf8)
        var details = ["code_bytes": "\(code.count)", "code_sha256": SHA256.hash(data: code).hexadecimal]
        if configuration.keepsCode { details["code"] = String(decoding: code.prefix(64 << 10), as: UTF8.self) }
        return details
    }
}

extension Journal: ExecutionObserver {
    package func ended(_ execution: EndedExecution) { take(.run(execution)) }
}

extension Journal: Service {
    /// Writes until the server stops, and then what is left.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask {
                    for await _ in self.arrivals { await self.flush() }
                }
                group.addTask {
                    while !Task.isCancelled {
                        // A run whose answer nobody waits for.
                        await self.flush()
                        await self.prune()
                        do { try await Task.sleep(for: self.configuration.pruneInterval) } catch { return }
                    }
                }
            }
        }
        await flush()
    }
}

extension SHA256Digest {
    fileprivate var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
