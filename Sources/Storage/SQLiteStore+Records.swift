import GRDB
package import Sessions

extension SQLiteStore: RecordStore {
    package func append(_ runs: [FinishedRun], _ events: [AuditEvent]) async throws(StoreFailure) {
        try await commit(Self.operation) { try $0.insert(runs, events) }
    }

    package func appendAtOnce(_ runs: [FinishedRun], _ events: [AuditEvent]) throws(StoreFailure) -> Bool {
        do { return try shortcut.commit { try $0.insert(runs, events) } } catch { throw failure(Self.operation, error) }
    }

    private static let operation = "write records"
}

extension Database {
    fileprivate func insert(_ runs: [FinishedRun], _ events: [AuditEvent]) throws {
        for run in runs { try insert(run) }
        for event in events { try insert(event) }
    }

    /// Runs a statement that is compiled once for each connection.
    func executeCached(_ sql: String, arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
