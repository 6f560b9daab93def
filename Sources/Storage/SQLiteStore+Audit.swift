import GRDB
package import Sessions

extension SQLiteStore: AuditLog {
    package func entries(_ query: AuditQuery) async throws(StoreFailure) -> [AuditEntry] {
        try await read("read the audit log") { database in
            let sql = """
                SELECT * FROM audit
                WHERE number < ?1 AND (?2 IS NULL OR owner = ?2) AND (?3 IS NULL OR action = ?3)
                  AND (?4 IS NULL OR decision = ?4)
                ORDER BY number DESC LIMIT ?5
                """
            let arguments: StatementArguments = [
                query.before ?? Int.max, query.owner?.description, query.action?.rawValue, query.decision?.rawValue,
                query.limit,
            ]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map { try AuditEntry(RowReader(row: $0)) }
        }
    }

    package func pruneAudit(keeping count: Int, since oldest: WallTime) async throws(StoreFailure) {
        try await commit("drop old rows of the audit log") { database in
            try database.execute(
                sql: """
                    DELETE FROM audit
                    WHERE time < ? OR number <= (SELECT seq FROM sqlite_sequence WHERE name = 'audit') - ?
                    """,
                arguments: [oldest.milliseconds, count])
        }
    }
}

extension Database {
    func insert(_ event: AuditEvent) throws {
        try executeCached(
            """
            INSERT INTO audit (time, owner, actor, address, action, subject, decision, outcome, details)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            arguments: [
                event.time.milliseconds, event.owner?.description, event.actor, event.address, event.action.rawValue,
                event.subject, event.decision.rawValue, event.outcome, event.details.column,
            ])
    }
}

extension AuditEntry {
    fileprivate init(_ row: RowReader) throws(StoreFailure) {
        var owner: Owner?
        if row.optionalText("owner") != nil { owner = try row.value("owner") { Owner($0) } }
        self.init(
            number: try row.integer("number"),
            event: AuditEvent(
                time: try row.time("time"), owner: owner, actor: try row.text("actor"),
                address: row.optionalText("address"),
                action: try row.value("action") { AuditEvent.Action(rawValue: $0) },
                subject: row.optionalText("subject"),
                decision: try row.value("decision") { AuditEvent.Decision(rawValue: $0) },
                outcome: row.optionalText("outcome"), details: try row.dictionary("details")))
    }
}
