package import Isolation
import LinuxKernel
package import Logging

/// All sessions of a server: finds them, makes them, and ends them in time. What happens in one is the ``Session``'s.
package actor SessionDirectory: SessionService {
    package nonisolated let bounds: SessionBounds
    package nonisolated var obstacle: String? { nil }

    nonisolated let parts: SessionParts
    nonisolated let screening: Screening
    nonisolated var index: SessionIndex { parts.index }
    /// Default sessions in the making: one for each owner, however many ask.
    private var defaults: [Owner: Task<Result<SessionID, SessionRefusal>, Never>] = [:]
    private var generator = SystemRandomNumberGenerator()
    var lastFlush: ContinuousClock.Instant

    /// `disk` is where the workspaces are, `store` where the rows. Before anybody asks, `begin()` must have returned.
    package init(
        _ configuration: SessionConfiguration, store: any SessionStore, disk: WorkspaceDisk, threads: FileThreads,
        sandboxes: any SessionSandboxSource, isolation: IsolationReport, screening: Screening,
        admission: Admission = Admission(), records: SessionRecords = SessionRecords(), logger: Logger,
        clock: SessionClock = SessionClock()
    ) {
        bounds = configuration.bounds
        self.screening = screening
        parts = SessionParts(
            configuration: configuration, store: store, disk: disk, threads: threads, sandboxes: sandboxes,
            isolation: isolation, admission: admission, index: SessionIndex(configuration), records: records,
            logger: logger, clock: clock)
        lastFlush = clock.now()
    }

    /// The caller's session, which is used now.
    nonisolated func find(_ id: SessionID, for caller: Caller) throws(SessionRefusal) -> Session {
        guard let session = lookUp(id, of: caller.owner) else { throw Session.absent }
        return session
    }

    nonisolated func lookUp(_ id: SessionID, of owner: Owner) -> Session? {
        index.session(id, of: owner, at: parts.clock.wall()) { Session($0, parts: parts) }
    }

    // MARK: Sessions

    package func create(_ new: NewSession, by caller: Caller) async throws(SessionRefusal) -> SessionSummary {
        let id = try await make(new, isDefault: false, for: caller)
        return try await session(id, of: caller)
    }

    private func make(_ new: NewSession, isDefault: Bool, for caller: Caller) async throws(SessionRefusal) -> SessionID
    {
        do { try parts.quotas.admitSession(of: caller) } catch { throw .quotaExceeded(error) }
        do throws(SessionRefusal) {
            let user = try index.reserve()
            do throws(SessionRefusal) {
                return try await make(new, user: user, isDefault: isDefault, for: caller)
            } catch {
                index.giveBack(user)
                throw error
            }
        } catch {
            parts.quotas.sessionEnded(of: caller.owner)
            throw error
        }
    }

    private func make(
        _ new: NewSession, user: UInt32, isDefault: Bool, for caller: Caller
    ) async throws(SessionRefusal) -> SessionID {
        let now = parts.clock.wall()
        var row = SessionRow(
            id: SessionID(using: &generator), owner: caller.owner, user: user, created: now, isDefault: isDefault,
            name: new.name, expires: now.advanced(by: new.lifetime), idleTimeout: new.idleTimeout, limits: new.limits,
            disk: new.disk, environment: new.environment, metadata: new.metadata)
        row.state = .hibernated
        let disk = SessionDisk(limit: new.disk, used: ByteCount(0), owner: caller.owner, quotas: parts.quotas)
        var entry = SessionEntry(row, phase: .creating, disk: disk)
        let session = Session(entry, parts: parts)
        try await session.create(row)
        entry.phase = .hibernated
        entry.session = session
        index.add(entry, isReserved: true)
        parts.records.created()
        note(.createSession, row.id, by: AuditActor(caller), outcome: isDefault ? "default" : "created")
        return row.id
    }

    /// The session that is used when a command names none.
    func defaultSession(for caller: Caller) async throws(SessionRefusal) -> SessionID {
        if let id = index.defaultSession(of: caller.owner) { return id }
        if let making = defaults[caller.owner] { return try await making.value.get() }
        let making = Task { () -> Result<SessionID, SessionRefusal> in
            // There is one default session at a time, for the store too.
            for session in index.endingDefaults(of: caller.owner) { await session.end() }
            do throws(SessionRefusal) {
                return .success(try await make(NewSession(bounds), isDefault: true, for: caller))
            } catch {
                return .failure(error)
            }
        }
        defaults[caller.owner] = making
        let result = await making.value
        defaults[caller.owner] = nil
        return try result.get()
    }

    package nonisolated func sessions(
        _ query: SessionQuery, of caller: Caller
    ) async throws(SessionRefusal) -> SessionPage {
        let page = index.page(query, of: caller.owner)
        var summaries: [SessionSummary] = []
        for id in page.ids {
            // One that ended meanwhile is left out.
            if let summary = try await summary(id) { summaries.append(summary) }
        }
        return SessionPage(sessions: summaries, next: page.next, total: page.total)
    }

    package nonisolated func session(
        _ id: SessionID, of caller: Caller
    ) async throws(SessionRefusal) -> SessionSummary {
        guard let entry = index.entry(id), entry.owner == caller.owner, entry.isVisible,
            let summary = try await summary(id)
        else { throw Session.absent }
        return summary
    }

    /// Looking at a session is no use of it.
    nonisolated func summary(_ id: SessionID) async throws(SessionRefusal) -> SessionSummary? {
        guard let entry = index.entry(id), entry.isVisible else { return nil }
        if let session = entry.session, let summary = await session.summary() {
            return completed(summary)
        }
        do {
            return try await parts.store.session(id).map { completed(SessionSummary(sleeping: $0)) }
        } catch {
            parts.logger.error(
                "a session could not be read", metadata: ["session_id": "\(id)", "reason": "\(error)"])
            throw .failed("The server could not read the session.")
        }
    }

    /// With what the index knows better than the row.
    private nonisolated func completed(_ summary: SessionSummary) -> SessionSummary {
        guard let entry = index.entry(summary.row.id) else { return summary }
        var summary = summary
        summary.row.state = entry.state
        summary.row.lastUsed = max(summary.row.lastUsed, entry.lastUsed)
        summary.row.diskUsed = entry.disk.used
        // The state has sometimes a quarter of a megabyte, and is nobody's business.
        summary.row.shell = nil
        return summary
    }

    package nonisolated func change(
        _ id: SessionID, _ change: SessionChange, by caller: Caller
    ) async throws(SessionRefusal) -> SessionSummary {
        let session = try find(id, for: caller)
        let (now, longest) = (parts.clock.wall(), bounds.maximumLifetime)
        let row = try await session.modify { row in
            if let name = change.name { row.name = name.isEmpty ? nil : name }
            if let metadata = change.metadata { row.metadata = metadata }
            if let idleTimeout = change.idleTimeout { row.idleTimeout = idleTimeout }
            if let lifetime = change.lifetime {
                row.expires = min(now.advanced(by: lifetime), row.created.advanced(by: longest))
            }
        }
        index.update(id) { entry in
            entry.name = row.name
            entry.idleTimeout = row.idleTimeout
            entry.expires = row.expires
        }
        return try await self.session(id, of: caller)
    }

    package nonisolated func end(_ id: SessionID, by caller: Caller) async throws(SessionRefusal) {
        let session = try find(id, for: caller)
        guard await end(session, .asked, by: AuditActor(caller)) else { throw Session.absent }
    }

    /// False if it has ended already.
    @discardableResult
    nonisolated func end(_ session: Session, _ why: SessionEnd, by actor: AuditActor) async -> Bool {
        guard index.beginEnd(session.id) else { return false }
        parts.quotas.sessionEnded(of: session.owner)
        await session.end()
        note(.endSession, session.id, by: actor, outcome: why.rawValue)
        return true
    }

    nonisolated func note(
        _ action: AuditEvent.Action, _ id: SessionID, by actor: AuditActor,
        decision: AuditEvent.Decision = .allowed, outcome: String? = nil, details: [String: String] = [:],
        text: String? = nil
    ) {
        parts.records.note(
            actor.event(
                action, at: parts.clock.wall(), subject: "\(id)", decision: decision, outcome: outcome,
                details: details),
            text: text)
    }

    package nonisolated func load() async -> SessionLoad {
        let counts = index.load
        var load = SessionLoad(sessions: counts.sessions, awake: counts.awake)
        for session in index.held {
            let lives = await session.lives
            load.commands += lives.commands
            load.terminals += lives.terminals
            load.viewers += await session.viewers
        }
        return load
    }
}

extension SessionSummary {
    /// Of a session that nobody has in memory.
    init(sleeping row: SessionRow) {
        let directory = row.shell.flatMap(ShellState.init)?.directory(in: row.id) ?? Session.firstDirectory
        self.init(row: row, workingDirectory: directory, running: 0)
    }
}

extension Session {
    /// Nil while the row is the store's.
    func summary() async -> SessionSummary? {
        guard case .active(let awake) = state else { return nil }
        let charged = await charge(awake)
        let directory = awake.shell?.directory(in: id) ?? Self.firstDirectory
        return SessionSummary(
            row: charged.row, workingDirectory: directory, running: lives.commands + lives.terminals,
            usage: charged.usage)
    }

    var viewers: Int {
        get async {
            var count = 0
            for hub in terminals.values { count += await hub.summary.viewers }
            return count
        }
    }

    var lives: (commands: Int, terminals: Int) { (commands.count { $0.running != nil }, terminals.count) }
}
