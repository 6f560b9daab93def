import GRDB
package import Sessions

/// Everything that the server keeps, in one SQLite file in write-ahead mode.
///
/// Reads go beside each other, writes one after the other, both on threads of the pool's own; a few rows that an answer
/// waits for go on the caller's thread (``Shortcut``). What a caller is promised
/// is written with `synchronous=FULL`: when the call returns it is on the disk. The rest (`commit`) survives the end of
/// this process however it ends, and is lost only when the machine stops.
package struct SQLiteStore: Sendable {
    private let pool: DatabasePool
    let shortcut: Shortcut

    /// Opens the file, and makes or brings up to date what is in it. Several processes may have it open. Throws also for a
    /// file of a newer version of this program.
    package init(path: String) throws(StoreFailure) {
        let operation = "open \(path)"
        do {
            var configuration = Configuration()
            // Another process, such as `sandmartin keys`, holds the file for moments.
            configuration.busyMode = .timeout(10)
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
            pool = try DatabasePool(path: path, configuration: configuration)
            let isNewer = try pool.read(Schema.migrator.hasBeenSuperseded)
            guard !isNewer else {
                throw StoreFailure(operation, "a newer version of sandmartin wrote it; use that, or another data_dir")
            }
            try Schema.migrator.migrate(pool)
            shortcut = try Shortcut(path: path, configuration)
        } catch let failure as StoreFailure {
            throw failure
        } catch {
            throw StoreFailure(operation, "\(error)")
        }
    }

    // MARK: Transactions

    func read<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        do { return try await pool.read(body) } catch { throw failure(operation, error) }
    }

    /// Writes what may be lost when the machine stops.
    func commit<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        try await transaction(operation, "NORMAL", body)
    }

    /// Writes what is on the disk when this returns.
    func commitDurably<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        try await transaction(operation, "FULL", body)
    }

    private func transaction<Value: Sendable>(
        _ operation: String, _ synchronous: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreFailure) -> Value {
        do {
            return try await pool.writeWithoutTransaction { database in
                // Takes effect only outside of a transaction.
                try database.executeCached("PRAGMA synchronous = \(synchronous)", arguments: [])
                var value: Value?
                try database.inTransaction(.immediate) {
                    value = try body(database)
                    return .commit
                }
                guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                return value
            }
        } catch {
            throw failure(operation, error)
        }
    }

    func failure(_ operation: String, _ error: any Error) -> StoreFailure {
        error as? StoreFailure ?? StoreFailure(operation, "\(error)")
    }
}
