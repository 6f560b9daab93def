import Foundation
import GRDB
import Isolation
package import Sessions

extension SQLiteStore: SessionStore {
    package func sessions() async throws(StoreFailure) -> [SessionRow] {
        try await read("read the sessions") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, owner, user, created, is_default, name, expires, idle_timeout, memory, processes, scratch,
                      disk, environment, metadata, state, last_used, NULL AS shell, commands, cpu, disk_used
                    FROM session ORDER BY number
                    """
            )
            .map { try SessionRow(RowReader(row: $0)) }
        }
    }

    package func session(_ id: SessionID) async throws(StoreFailure) -> SessionRow? {
        try await read("read a session") { database in
            try Row.fetchOne(database, sql: "SELECT * FROM session WHERE id = ?", arguments: [id.description])
                .map { try SessionRow(RowReader(row: $0)) }
        }
    }

    package func insert(_ session: SessionRow) async throws(StoreFailure) {
        try await commit("add a session") { database in
            try database.execute(
                sql: """
                    INSERT INTO session (id, owner, created, memory, processes, disk, scratch, user, environment, shell,
                      is_default, state, name, last_used, expires, idle_timeout, metadata, commands, cpu, disk_used)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    session.id.description, session.owner.description, session.created.milliseconds,
                    session.memory.bytes, session.processes, session.disk.bytes, session.scratch.bytes,
                    Int(session.user), session.environment.column, session.shell?.column,
                ] + (try session.changing))
        }
    }

    package func update(_ session: SessionRow, shell: Bool) async throws(StoreFailure) {
        try await commit("change a session") { database in
            try database.execute(
                sql: """
                    UPDATE session SET is_default = ?, state = ?, name = ?, last_used = ?, expires = ?, idle_timeout = ?,
                      metadata = ?, commands = ?, cpu = ?, disk_used = ?
                    WHERE id = ?
                    """,
                arguments: try session.changing + [session.id.description])
            if shell {
                try database.execute(
                    sql: "UPDATE session SET shell = ? WHERE id = ?",
                    arguments: [session.shell?.column, session.id.description])
            }
        }
    }

    package func noteUses(_ uses: [SessionID: SessionUse]) async throws(StoreFailure) {
        try await commit("note the uses of sessions") { database in
            for (id, use) in uses {
                try database.execute(
                    sql: "UPDATE session SET last_used = max(last_used, ?), disk_used = ? WHERE id = ?",
                    arguments: [use.time.milliseconds, use.disk.bytes, id.description])
            }
        }
    }

    package func removeSession(_ id: SessionID) async throws(StoreFailure) {
        try await commit("forget a session") { database in
            try database.execute(sql: "DELETE FROM session WHERE id = ?", arguments: [id.description])
        }
    }
}

extension SessionRow {
    /// What an update writes, in the order of the statements.
    fileprivate var changing: StatementArguments {
        get throws {
            [
                isDefault ? 1 : 0, state.rawValue, name, lastUsed.milliseconds, expires.milliseconds,
                idleTimeout.column,
                metadata.column, commands, cpu.column, diskUsed.bytes,
            ]
        }
    }

    fileprivate init(_ row: RowReader) throws(StoreFailure) {
        guard let user = UInt32(exactly: try row.integer("user")) else {
            throw StoreFailure("read the column user", "its value is no user of the host")
        }
        self.init(
            id: try row.value("id") { SessionID($0) }, owner: try row.value("owner") { Owner($0) }, user: user,
            created: try row.time("created"), isDefault: try row.integer("is_default") != 0,
            name: row.optionalText("name"), expires: try row.time("expires"),
            idleTimeout: try row.duration("idle_timeout"),
            limits: SessionLimits(
                memory: try row.size("memory"), processes: try row.integer("processes"),
                scratch: try row.size("scratch")),
            disk: try row.size("disk"), environment: try row.dictionary("environment"),
            metadata: try row.dictionary("metadata"))
        state = try row.value("state") { State(rawValue: $0) }
        lastUsed = try row.time("last_used")
        shell = row.optionalBytes("shell")
        commands = try row.integer("commands")
        cpu = try row.duration("cpu")
        diskUsed = try row.size("disk_used")
    }
}
