/// Keeps everything in memory, by the same rules as the one on disk: for tests, and for a server without a data folder.
package actor InMemoryStore {
    var keysByAge: [KeyRecord] = []
    var keyRevision = 0
    var sessionsByAge: [SessionRow] = []
    var finishedRuns: [ExecutionID: FinishedRun] = [:]
    var auditEntries: [AuditEntry] = []
    var lastAuditNumber = 0

    package init() {}

    func add(_ event: AuditEvent) {
        lastAuditNumber += 1
        auditEntries.append(AuditEntry(number: lastAuditNumber, event: event))
    }
}

extension InMemoryStore: KeyStore {
    package func keys() -> [KeyRecord] { keysByAge }

    package func insert(_ key: KeyRecord, audit: AuditEvent) throws(StoreFailure) {
        guard !keysByAge.contains(where: { $0.id == key.id || $0.digest.matches(key.digest) }) else {
            throw StoreFailure("add the key \(key.id)", "it is there already")
        }
        keysByAge.append(key)
        keyRevision += 1
        add(audit)
    }

    package func revoke(_ id: KeyID, at time: WallTime, audit: AuditEvent) -> KeyRecord? {
        guard let index = keysByAge.firstIndex(where: { $0.id == id }) else { return nil }
        if keysByAge[index].revoked == nil {
            keysByAge[index].revoked = time
            keyRevision += 1
            add(audit)
        }
        return keysByAge[index]
    }

    package func noteUses(_ uses: [KeyID: WallTime]) {
        for index in keysByAge.indices {
            guard let time = uses[keysByAge[index].id] else { continue }
            keysByAge[index].lastUsed = max(time, keysByAge[index].lastUsed ?? time)
        }
    }

    package func revision() -> Int { keyRevision }
}

extension InMemoryStore: SessionStore {
    package func sessions() -> [SessionRow] {
        sessionsByAge.map { session in
            var session = session
            session.shell = nil
            return session
        }
    }

    package func session(_ id: SessionID) -> SessionRow? { sessionsByAge.first { $0.id == id } }

    package func insert(_ session: SessionRow) throws(StoreFailure) {
        let isTaken = sessionsByAge.contains {
            $0.id == session.id || $0.user == session.user
                || (session.isDefault && $0.isDefault && $0.owner == session.owner)
        }
        guard !isTaken else { throw StoreFailure("add the session \(session.id)", "there is one already") }
        sessionsByAge.append(session)
    }

    package func update(_ session: SessionRow, shell: Bool) {
        guard let index = sessionsByAge.firstIndex(where: { $0.id == session.id }) else { return }
        let old = sessionsByAge[index]
        sessionsByAge[index] = session
        if !shell { sessionsByAge[index].shell = old.shell }
    }

    package func noteUses(_ uses: [SessionID: SessionUse]) {
        for index in sessionsByAge.indices {
            guard let use = uses[sessionsByAge[index].id] else { continue }
            sessionsByAge[index].lastUsed = max(use.time, sessionsByAge[index].lastUsed)
            sessionsByAge[index].diskUsed = use.disk
        }
    }

    package func removeSession(_ id: SessionID) { sessionsByAge.removeAll { $0.id == id } }
}

extension InMemoryStore: ExecutionStore {
    package func runs(_ query: RunQuery) -> [FinishedRun] {
        let owned = finishedRuns.values.filter { $0.owner == query.owner }.map(RunSummary.init)
        return query.page(memory: owned, stored: []).compactMap(\.finished)
    }

    package func charges(since time: WallTime) -> [ProcessorCharge] {
        finishedRuns.values.filter { $0.ended > time && $0.cpu > .zero }.sorted { $0.ended < $1.ended }
            .map { ProcessorCharge(owner: $0.owner, time: $0.ended, cpu: $0.cpu) }
    }

    package func pruneRuns(keeping count: Int, of owners: Set<Owner>, since oldest: WallTime) {
        finishedRuns = finishedRuns.filter { $1.accepted >= oldest }
        for owner in owners {
            let newestFirst = finishedRuns.values.filter { $0.owner == owner }.map { RunSummary($0).cursor }.sorted(
                by: >)
            for cursor in newestFirst.dropFirst(count) { finishedRuns[cursor.id] = nil }
        }
    }
}

extension InMemoryStore: RecordStore {
    package func append(_ runs: [FinishedRun], _ events: [AuditEvent]) {
        for run in runs where finishedRuns[run.id] == nil { finishedRuns[run.id] = run }
        for event in events { add(event) }
    }
}

extension InMemoryStore: AuditLog {
    package func entries(_ query: AuditQuery) -> [AuditEntry] {
        Array(auditEntries.reversed().filter(query.selects).prefix(query.limit))
    }

    package func pruneAudit(keeping count: Int, since oldest: WallTime) {
        auditEntries.removeAll { $0.event.time < oldest || $0.number <= lastAuditNumber - count }
    }
}
