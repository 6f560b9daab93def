import Foundation
import GRDB
import Isolation
import Sessions
import Testing

@testable import Storage

@Suite struct SQLiteStoreTests {
    @Test func everythingIsThereAfterItWasClosed() async throws {
        try await ScratchFolder.with { folder in
            let path = "\(folder.path)/s.sqlite"
            let (key, session, run) = (KeyRecord.sample(), SessionRow.sample(isDefault: true), FinishedRun.sample(1))
            do {
                let store = try SQLiteStore(path: path)
                try await store.insert(key, audit: .sample(1, .createKey))
                try await store.insert(session)
                try await store.append([run])
            }
            let store = try SQLiteStore(path: path)
            #expect(try await store.keys().map(\.facts) == [key.facts])
            #expect(try await store.sessions() == [session])
            #expect(try await store.runs(RunQuery(owner: .anonymous, limit: 10)) == [run])
            #expect(try await store.entries(AuditQuery(limit: 10)).map(\.event) == [.sample(1, .createKey)])
        }
    }

    @Test func twoProcessesSeeEachOthersChanges() async throws {
        try await ScratchFolder.with { folder in
            let path = "\(folder.path)/s.sqlite"
            let (one, other) = (try SQLiteStore(path: path), try SQLiteStore(path: path))
            let before = try await one.revision()
            try await other.insert(.sample(), audit: .sample())
            #expect(try await one.revision() > before)
            #expect(try await one.keys().count == 1)
            try await withThrowingTaskGroup { group in
                for store in [one, other] {
                    for _ in 0..<20 { group.addTask { try await store.insert(KeyRecord.sample(), audit: .sample()) } }
                }
                try await group.waitForAll()
            }
            #expect(try await one.keys().count == 41)
        }
    }

    @Test func itIsInWriteAheadModeAndWritesWhatIsPromisedToTheDisk() async throws {
        try await ScratchFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder.path)/s.sqlite")
            let mode = try await store.read("") { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
            #expect(mode == "wal")
            let full = try await store.commitDurably("") { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
            let normal = try await store.commit("") { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
            #expect((full, normal) == (2, 1))
        }
    }

    @Test func aTransactionThatFailsLeavesNothing() async throws {
        try await ScratchFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder.path)/s.sqlite")
            await #expect(throws: StoreFailure.self) {
                try await store.commitDurably("try") { database in
                    try database.insert(.sample())
                    throw DatabaseError(resultCode: .SQLITE_FULL)
                }
            }
            #expect(try await store.entries(AuditQuery(limit: 10)).isEmpty)
            try await store.append([AuditEvent.sample()])
            #expect(try await store.entries(AuditQuery(limit: 10)).count == 1)
        }
    }

    @Test func whatANewerVersionWroteIsLeftAlone() async throws {
        try await ScratchFolder.with { folder in
            let path = "\(folder.path)/s.sqlite"
            try await SQLiteStore(path: path).commit("") { database in
                try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 of the future')")
            }
            let failure = #expect(throws: StoreFailure.self) { try SQLiteStore(path: path) }
            #expect(failure?.reason.contains("newer version") == true)
        }
    }

    @Test func whatIsNoDatabaseIsRefusedByItsName() async throws {
        try await ScratchFolder.with { folder in
            let path = "\(folder.path)/s.sqlite"
            try "not a database, but quite long enough to be mistaken for one".write(
                toFile: path, atomically: true, encoding: .utf8)
            let failure = #expect(throws: StoreFailure.self) { try SQLiteStore(path: path) }
            #expect(failure?.description.hasPrefix("cannot open \(path): ") == true)
        }
    }

    @Test func aValueThatIsNoneOfOursIsAFailure() async throws {
        try await ScratchFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder.path)/s.sqlite")
            try await store.append([FinishedRun.sample(1)])
            try await store.commit("") { try $0.execute(sql: "UPDATE run SET outcome = 'fine'") }
            let failure = await #expect(throws: StoreFailure.self) {
                try await store.runs(RunQuery(owner: .anonymous, limit: 10))
            }
            #expect(failure?.description.contains("outcome") == true)
        }
    }
}
