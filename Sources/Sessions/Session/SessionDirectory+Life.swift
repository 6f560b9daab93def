package import Isolation
package import LinuxKernel
import Logging
import ServiceLifecycle
import Synchronization

/// The beginning and the end of the server's sessions, and what is done from time to time in between.
extension SessionDirectory {
    /// Between two looks at all sessions.
    private static let interval = Duration.milliseconds(500)
    private static let flushInterval = Duration.seconds(60)

    // MARK: Start

    /// Makes the ledger and the disk agree: what was interrupted is finished, and what is left over is removed, beside the
    /// start. Throws when the store or the directory of workspaces cannot be read.
    package func begin() async throws {
        let rows = try await parts.store.sessions()
        let names = Set(try await parts.disk.names())
        var (leftovers, owned): ([SessionID], [Owner: Int]) = ([], [:])
        for row in rows {
            let isThere = names.contains(row.id.description)
            let isWhole = row.state == .hibernated || row.state == .active
            let disk = SessionDisk(
                limit: row.disk, used: isWhole && isThere ? row.diskUsed : ByteCount(0), owner: row.owner,
                quotas: parts.quotas, isStale: true)
            let entry = SessionEntry(row, phase: isWhole && isThere ? .hibernated : .ending, disk: disk)
            guard isWhole, isThere else {
                if isWhole { logMissing(row) }
                index.addLeftover(entry)
                leftovers.append(row.id)
                continue
            }
            index.add(entry, isReserved: false)
            owned[row.owner, default: 0] += 1
        }
        for (owner, count) in owned { parts.quotas.restoreSessions(count, of: owner) }
        let known = Set(rows.map(\.id.description))
        let strangers = names.subtracting(known).filter {
            SessionID($0) != nil || $0.hasPrefix(WorkspaceDisk.removalPrefix)
        }
        Task { [parts] in
            for name in leftovers.map(\.description) + strangers { await Self.remove(name, parts) }
        }
    }

    private nonisolated func logMissing(_ row: SessionRow) {
        parts.logger.error(
            "a session's workspace is gone; the session is ended", metadata: ["session_id": "\(row.id)"])
        note(.endSession, row.id, by: .server, outcome: "workspace_missing")
    }

    private static func remove(_ name: String, _ parts: SessionParts) async {
        do {
            try await parts.disk.removeIfPresent(name)
            guard let id = SessionID(name) else { return }
            try await parts.store.removeSession(id)
            parts.index.remove(id)
        } catch {
            parts.logger.error(
                "what is left of a session could not be removed", metadata: ["name": "\(name)", "reason": "\(error)"])
        }
    }

    // MARK: From time to time

    /// Ends what is over, and looks after what is awake.
    func look() async {
        let due = index.due(at: parts.clock.wall())
        await withTaskGroup { group in
            for session in due.held { group.addTask { await session.lookAfter() } }
            for (id, why) in due.ending { group.addTask { await self.end(id, why) } }
        }
        // One at a time: those that sleep have time.
        for (id, owner) in due.stale.prefix(Self.maximumStale) {
            await index.sleeping(id, of: owner, make: { Session($0, parts: parts) })?.lookAfter()
        }
        if parts.clock.now() - lastFlush >= Self.flushInterval { await flush() }
    }

    /// Sleeping workspaces that are counted at each look.
    private static let maximumStale = 20

    private nonisolated func end(_ id: SessionID, _ why: SessionEnd) async {
        guard let owner = index.entry(id)?.owner,
            let session = index.sleeping(id, of: owner, make: { Session($0, parts: parts) })
        else { return }
        await end(session, why, by: .server)
    }

    /// Writes down when sessions were used.
    private func flush() async {
        lastFlush = parts.clock.now()
        let uses = index.takeUses()
        guard !uses.isEmpty else { return }
        do { try await parts.store.noteUses(uses) } catch {
            parts.logger.error("the uses of sessions could not be written", metadata: ["reason": "\(error)"])
        }
    }

    // MARK: End

    /// Ends what runs and puts every session to sleep. Nothing may be asked after it.
    package func shutDown() async {
        let sessions = index.close()
        await withTaskGroup { group in
            for session in sessions { group.addTask { await session.shutDown() } }
        }
        await flush()
    }
}

extension SessionDirectory: Service {
    /// Looks after the sessions until the server is asked to stop; then it ends what runs in them.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look()
                do { try await Task.sleep(for: Self.interval) } catch { return }
            }
        }
        await shutDown()
    }
}

extension AuditActor {
    /// What the server does by itself.
    static let server = AuditActor(owner: nil, name: "server")
}

extension Session {
    /// Ends everything that runs, lets go of all listeners, and sleeps.
    func shutDown() async {
        for listener in listeners.values { listener.finish() }
        await endAll(.cancelled)
        for hub in terminals.values { await hub.sessionEnded() }
        if case .waking(let task) = state { _ = await task.value }
        if case .active(let awake) = state { await discard(awake) }
    }
}

extension SessionIndex {
    /// One that has ended before this server began, and whose user is in use until nothing is left of it.
    func addLeftover(_ entry: SessionEntry) {
        state.withLock { state in
            state.users.insert(entry.user)
            state.entries[entry.id] = entry
        }
    }

    /// A session that somebody else than its owner has to do with: that is no use of it.
    func sleeping(_ id: SessionID, of owner: Owner, make: (SessionEntry) -> Session) -> Session? {
        session(id, of: owner, at: WallTime(milliseconds: .min), make: make)
    }

    /// Those that are awake, or remember something.
    var held: [Session] { state.withLock { $0.entries.values.compactMap(\.holder) } }
}

extension WorkspaceDisk {
    /// Removes what has this name, if anything has.
    package func removeIfPresent(_ name: String) async throws(SystemError) {
        do { try await remove(name) } catch {
            guard error.errno == .noEntry else { throw error }
        }
    }
}
