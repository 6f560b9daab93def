import GRDB
package import Sessions

extension SQLiteStore: RecordStore {
    package func append(_ runs: [FinishedRun], _ events: [AuditEvent]) async throws(StoreFailure) {
        try await commit("write records") { database in
            for run in runs { try database.insert(run) }
            for event in events { try database.insert(event) }
        }
    }
}

extension Database {
    /// Runs a statement that is compiled once for each connection.
    func executeCached(_ sql: String, arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
