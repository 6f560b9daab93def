import Foundation
import GRDB
import Isolation
import Sessions
import Testing

@testable import Storage

@Suite struct ShortcutTests {
    @Test func whatIsWrittenAtOnceIsThereForEverybodyAndAfterItWasClosed() async throws {
        try await ScratchFolder.with { folder in
            let path = "\(folder.path)/s.sqlite"
            let (first, second) = (FinishedRun.sample(1), FinishedRun.sample(2))
            do {
                let store = try SQLiteStore(path: path)
                #expect(try store.appendAtOnce([first], [.sample(1)]))
                #expect(try await store.runs(RunQuery(owner: .anonymous, limit: 10)) == [first])
                try await store.append([second], [.sample(2)])
                // The same row once more changes nothing.
                #expect(try store.appendAtOnce([second], []))
            }
            let store = try SQLiteStore(path: path)
            #expect(try await store.runs(RunQuery(owner: .anonymous, limit: 10)) == [second, first])
            #expect(try await store.entries(AuditQuery(limit: 10)).map(\.event) == [.sample(2), .sample(1)])
        }
    }

    @Test func itDeclinesWhileAnotherWrites() async throws {
        try await ScratchFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder.path)/s.sqlite")
            let other = try SQLiteStore(path: "\(folder.path)/s.sqlite")
            let run = FinishedRun.sample(1)
            try await other.commit("") { database in
                try database.insert(FinishedRun.sample(2))
                #expect(try !store.appendAtOnce([run], [.sample(1)]))
            }
            #expect(try await store.runs(RunQuery(owner: .anonymous, limit: 10)).count == 1)
            #expect(try store.appendAtOnce([run], [.sample(1)]))
            #expect(try await store.entries(AuditQuery(limit: 10)).count == 1)
        }
    }

    @Test func aRowThatIsRefusedLeavesNothing() async throws {
        try await ScratchFolder.with { folder in
            let store = try SQLiteStore(path: "\(folder.path)/s.sqlite")
            try await store.commit("") { try $0.execute(sql: "DROP TABLE audit") }
            #expect(throws: StoreFailure.self) { try store.appendAtOnce([.sample(1)], [.sample(1)]) }
            #expect(try await store.runs(RunQuery(owner: .anonymous, limit: 10)).isEmpty)
        }
    }

    /// What is declined goes the other way, and that keeps the log short.
    @Test func theLogStaysShort() async throws {
        try await ScratchFolder.with { folder in
            let path = "\(folder.path)/s.sqlite"
            let store = try SQLiteStore(path: path)
            var (declined, longest) = (0, 0)
            for second in 0..<3000 {
                let (run, event) = (FinishedRun.sample(second), AuditEvent.sample(second))
                if try !store.appendAtOnce([run], [event]) {
                    declined += 1
                    try await store.append([run], [event])
                }
                longest = max(longest, try FileManager.default.size(of: "\(path)-wal"))
            }
            let period = Shortcut.turns + Shortcut.pauses
            #expect((3000 / period * 2...3000 / period * 2 + 2).contains(declined))
            #expect(longest < 16 << 20)
            #expect(try await store.entries(AuditQuery(limit: 5000)).count == 3000)
        }
    }
}

extension FileManager {
    fileprivate func size(of path: String) throws -> Int {
        (try attributesOfItem(atPath: path)[.size] as? NSNumber)?.intValue ?? 0
    }
}
