import Logging
import Sessions
import Storage

/// What a server keeps: the data folder, which is its own as long as this lives, and all that is written there.
struct Records: Sendable {
    let store: SQLiteStore
    let keys: KeyRing
    let journal: Journal
    private let lock: DataFolder.Lock

    /// Takes the data folder into use. Throws when that is impossible or another server uses it.
    static func open(_ configuration: Configuration, logger: Logger) async throws -> Records {
        let folder = try DataFolder(path: configuration.dataDirectory)
        let lock = try folder.lock()
        let store = try SQLiteStore(path: folder.database)
        let keys = KeyRing(
            .init(quota: configuration.access.quota, configured: configuration.access.apiKey), store: store,
            logger: logger)
        try await keys.load()
        if let key = configuration.access.apiKey, key.utf8.count < 16 {
            logger.warning(
                "api_key is short enough to be guessed",
                metadata: ["advice": "use 16 characters or more, or `sandmartin keys create`"])
        }
        return Records(
            store: store, keys: keys,
            journal: Journal(configuration.journal, records: store, logger: logger), lock: lock)
    }

    /// Counts that go on where the last server of this folder ended.
    func quotas() async throws -> Quotas {
        let (quotas, now) = (Quotas(), WallTime.now())
        quotas.restore(try await store.charges(since: now.advanced(by: .seconds(-3600))), at: now)
        return quotas
    }

    func authenticator(_ configuration: Configuration) -> Authenticator {
        Authenticator(
            keys: keys, anonymous: configuration.access.anonymous(isLoopback: configuration.isLoopback))
    }
}
