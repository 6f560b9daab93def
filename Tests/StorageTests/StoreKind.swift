import Sessions
import Storage

typealias Stores = KeyStore & RecordStore & SessionStore

/// Each implementation of the stores: every test of theirs has one body for both.
enum StoreKind: CaseIterable, Sendable {
    case memory, sqlite

    func with(_ body: (any Stores) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(InMemoryStore())
        case .sqlite:
            try await ScratchFolder.with { folder in
                try await body(try SQLiteStore(path: "\(folder.path)/test.sqlite"))
            }
        }
    }
}
