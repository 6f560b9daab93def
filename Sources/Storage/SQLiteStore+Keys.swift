import Foundation
import GRDB
import Isolation
package import Sessions

extension SQLiteStore: KeyStore {
    package func keys() async throws(StoreFailure) -> [KeyRecord] {
        try await read("read the keys") { database in
            try Row.fetchAll(database, sql: "SELECT * FROM key ORDER BY number").map {
                try KeyRecord(RowReader(row: $0))
            }
        }
    }

    package func insert(_ key: KeyRecord, audit: AuditEvent) async throws(StoreFailure) {
        try await commitDurably("add a key") { database in
            try database.execute(
                sql: """
                    INSERT INTO key (id, name, role, digest, hint, created, expires, revoked, last_used, concurrent_runs,
                      sessions, runs_per_minute, cpu_per_hour, disk)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    key.id.description, key.name, key.role.rawValue, key.digest.bytes.column, key.hint,
                    key.created.milliseconds, key.expires?.milliseconds, key.revoked?.milliseconds,
                    key.lastUsed?.milliseconds, key.overrides.concurrentRuns, key.overrides.sessions,
                    key.overrides.runsPerMinute, key.overrides.cpuPerHour?.column, key.overrides.disk?.bytes,
                ])
            try database.insert(audit)
        }
    }

    package func revoke(
        _ id: KeyID, at time: WallTime, audit: AuditEvent
    ) async throws(StoreFailure) -> KeyRecord? {
        try await commitDurably("revoke a key") { database in
            try database.execute(
                sql: "UPDATE key SET revoked = ? WHERE id = ? AND revoked IS NULL",
                arguments: [time.milliseconds, id.description])
            if database.changesCount > 0 { try database.insert(audit) }
            return try Row.fetchOne(database, sql: "SELECT * FROM key WHERE id = ?", arguments: [id.description])
                .map { try KeyRecord(RowReader(row: $0)) }
        }
    }

    package func noteUses(_ uses: [KeyID: WallTime]) async throws(StoreFailure) {
        try await commit("note when keys were used") { database in
            for (id, time) in uses {
                try database.execute(
                    sql: "UPDATE key SET last_used = max(?1, coalesce(last_used, ?1)) WHERE id = ?2",
                    arguments: [time.milliseconds, id.description])
            }
        }
    }

    /// Keys are only ever added and revoked, so that their number and that of the revoked ones tell every change.
    package func revision() async throws(StoreFailure) -> Int {
        try await read("read the state of the keys") { database in
            try Int.fetchOne(database, sql: "SELECT count(*) + count(revoked) FROM key") ?? 0
        }
    }
}

extension KeyRecord {
    fileprivate init(_ row: RowReader) throws(StoreFailure) {
        var overrides = QuotaOverrides()
        overrides.concurrentRuns = row.optionalInteger("concurrent_runs")
        overrides.sessions = row.optionalInteger("sessions")
        overrides.runsPerMinute = row.optionalInteger("runs_per_minute")
        overrides.cpuPerHour = row.optionalInteger("cpu_per_hour").map(Duration.microseconds)
        overrides.disk = row.optionalInteger("disk").map { ByteCount($0) }
        guard let digest = KeyDigest(bytes: try row.bytes("digest")) else {
            throw StoreFailure("read a key", "its digest is not one")
        }
        self.init(
            id: try row.value("id") { KeyID($0) }, name: try row.text("name"),
            role: try row.value("role") { Caller.Role(rawValue: $0) }, digest: digest, hint: try row.text("hint"),
            created: try row.time("created"), expires: row.optionalTime("expires"),
            revoked: row.optionalTime("revoked"), lastUsed: row.optionalTime("last_used"), overrides: overrides)
    }
}
