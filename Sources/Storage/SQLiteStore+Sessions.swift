import Foundation
import GRDB
import Isolation
package import Sessions

extension SQLiteStore: SessionStore {
    package func sessions() async throws(StoreFailure) -> [SessionRow] {
        try await read("read the sessions") { database in
            try Row.fetchAll(database, sql: "SELECT * FROM session ORDER BY number")
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
        try await commitDurably("add a session") { database in
            try database.execute(
                sql: """
                    INSERT INTO session (state, name, last_used, expires, idle_timeout, memory, processes, disk, directory,
                      environment, umask, metadata, commands, cpu, disk_used, id, owner, is_default, created)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: try session.changing + [
                    session.id.description, session.owner.description, session.isDefault ? 1 : 0,
                    session.created.milliseconds,
                ])
        }
    }

    package func update(_ session: SessionRow) async throws(StoreFailure) {
        try await commitDurably("change a session") { database in
            try database.execute(
                sql: """
                    UPDATE session SET state = ?, name = ?, last_used = ?, expires = ?, idle_timeout = ?, memory = ?,
                      processes = ?, disk = ?, directory = ?, environment = ?, umask = ?, metadata = ?, commands = ?,
                      cpu = ?, disk_used = ?
                    WHERE id = ?
                    """,
                arguments: try session.changing + [session.id.description])
        }
    }

    package func removeSession(_ id: SessionID) async throws(StoreFailure) {
        try await commitDurably("forget a session") { database in
            try database.execute(sql: "DELETE FROM session WHERE id = ?", arguments: [id.description])
        }
    }
}

extension SessionRow {
    /// What an update writes, in the order of the statements.
    fileprivate var changing: StatementArguments {
        get throws {
            [
                state.rawValue, name, lastUsed.milliseconds, expires.milliseconds, idleTimeout.column, memory.bytes,
                processes, disk.bytes, directory.column, try environment.column(), umask, try metadata.column(),
                commands, cpu.column, diskUsed.bytes,
            ]
        }
    }

    fileprivate init(_ row: RowReader) throws(StoreFailure) {
        self.init(
            id: try row.value("id") { SessionID($0) }, owner: try row.value("owner") { Owner($0) },
            created: try row.time("created"), isDefault: try row.integer("is_default") != 0,
            name: row.optionalText("name"), expires: try row.time("expires"),
            idleTimeout: try row.duration("idle_timeout"), memory: try row.size("memory"),
            processes: try row.integer("processes"), disk: try row.size("disk"), directory: try row.bytes("directory"),
            environment: try row.dictionary("environment"), metadata: try row.dictionary("metadata"))
        state = try row.value("state") { State(rawValue: $0) }
        lastUsed = try row.time("last_used")
        umask = try row.integer("umask")
        commands = try row.integer("commands")
        cpu = try row.duration("cpu")
        diskUsed = try row.size("disk_used")
    }
}
