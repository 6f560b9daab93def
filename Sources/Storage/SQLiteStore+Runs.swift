import GRDB
import Isolation
package import Sessions

extension SQLiteStore: ExecutionStore {
    package func runs(_ query: RunQuery) async throws(StoreFailure) -> [FinishedRun] {
        guard query.status != .running else { return [] }
        return try await read("read finished runs") { database in
            let sql = """
                SELECT * FROM run
                WHERE owner = ?1 AND (accepted, id) < (?2, ?3) AND (?4 IS NULL OR outcome = ?4)
                  AND (?5 IS NULL OR language = ?5)
                ORDER BY accepted DESC, id DESC LIMIT ?6
                """
            var outcome: Outcome?
            if case .ended(let wanted)? = query.status { outcome = wanted }
            let arguments: StatementArguments = [
                query.owner.description, query.after?.accepted.milliseconds ?? Int.max,
                query.after?.id.description ?? "", outcome?.rawValue, query.language, query.limit,
            ]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map {
                try FinishedRun(RowReader(row: $0))
            }
        }
    }

    package func charges(since time: WallTime) async throws(StoreFailure) -> [ProcessorCharge] {
        try await read("read what runs used") { database in
            // No run lasts longer than a day, and `accepted` has the index.
            let sql = """
                SELECT owner, ended, cpu FROM run
                WHERE accepted > ?1 - 90000000 AND ended > ?1 AND cpu > 0 ORDER BY ended
                """
            return try Row.fetchAll(database, sql: sql, arguments: [time.milliseconds]).map { row in
                let row = RowReader(row: row)
                return ProcessorCharge(
                    owner: try row.value("owner") { Owner($0) }, time: try row.time("ended"),
                    cpu: try row.duration("cpu"))
            }
        }
    }

    package func pruneRuns(
        keeping count: Int, of owners: Set<Owner>, since oldest: WallTime
    ) async throws(StoreFailure) {
        try await commit("drop old runs") { database in
            try database.execute(sql: "DELETE FROM run WHERE accepted < ?", arguments: [oldest.milliseconds])
            for owner in owners {
                try database.execute(
                    sql: """
                        DELETE FROM run WHERE owner = ?1 AND (accepted, id) <= (
                          SELECT accepted, id FROM run WHERE owner = ?1 ORDER BY accepted DESC, id DESC
                          LIMIT 1 OFFSET ?2)
                        """,
                    arguments: [owner.description, count])
            }
        }
    }
}

extension Database {
    func insert(_ run: FinishedRun) throws {
        try executeCached(
            """
            INSERT INTO run (owner, accepted, id, language, outcome, is_success, exit_code, ended, queued, wall, cpu,
              peak_memory)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            arguments: [
                run.owner.description, run.accepted.milliseconds, run.id.description, run.language,
                run.outcome.rawValue, run.isSuccess ? 1 : 0, run.exitCode, run.ended.milliseconds, run.queued.column,
                run.wall.column, run.cpu.column, run.peakMemory.bytes,
            ])
    }
}

extension FinishedRun {
    fileprivate init(_ row: RowReader) throws(StoreFailure) {
        self.init(
            id: try row.value("id") { ExecutionID($0) }, owner: try row.value("owner") { Owner($0) },
            language: try row.text("language"), outcome: try row.value("outcome") { Outcome(rawValue: $0) },
            isSuccess: try row.integer("is_success") != 0, exitCode: row.optionalInteger("exit_code"),
            accepted: try row.time("accepted"), ended: try row.time("ended"), queued: try row.duration("queued"),
            wall: try row.duration("wall"), cpu: try row.duration("cpu"), peakMemory: try row.size("peak_memory"))
    }
}
