import GRDB
import Sessions
import Synchronization

/// A second way to write, on the thread of the caller: no other is woken and waited for, which on a quiet machine takes
/// longer than to write a few rows.
///
/// It has a connection of its own and waits for nobody: when another connection writes, it declines. Nor does it bring the
/// write-ahead log into the file, which waits for the disk; so that the log stays short, now and then it declines too, and
/// the commit that goes the other way does that. It declines twice, because the first commit behind that waits as well: it
/// begins the log anew.
final class Shortcut: Sendable {
    /// As many times in a row as it writes. A run adds some 6 pages; from 1000 on SQLite empties its log.
    static let turns = 200
    /// So often in a row it declines then.
    static let pauses = 2

    private let queue: DatabaseQueue
    private let used = Mutex(Shortcut.pauses - 1)

    init(path: String, _ configuration: Configuration) throws {
        var configuration = configuration
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA trusted_schema = OFF; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Commits what `body` writes; false when nothing was done.
    func commit(_ body: (Database) throws -> Void) throws -> Bool {
        let isAllowed = used.withLock { used in
            used = (used + 1) % (Self.turns + Self.pauses)
            return used >= Self.pauses
        }
        guard isAllowed else { return false }
        do {
            try queue.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    try body(database)
                    return .commit
                }
            }
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return false
        }
    }
}
