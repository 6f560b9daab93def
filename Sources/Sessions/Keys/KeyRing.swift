package import Logging
import ServiceLifecycle
import Synchronization

/// All keys, in memory for the requests and in the store for good.
///
/// As a service it takes over what other processes change in the store (`sandmartin keys`), and writes down when keys
/// were used.
package final class KeyRing: Sendable {
    package struct Configuration: Sendable {
        /// The key of the configuration, which is an administrator's; nil: none.
        package var configured: String?
        /// What a key may use that has no overrides.
        package var quota: Quota
        /// Keys that can exist, revoked ones too: each costs memory, and every start reads all.
        package var maximumKeys = 10_000
        /// How long a change that another process made may go unseen.
        package var refresh = Duration.seconds(1)

        package init(quota: Quota, configured: String? = nil) {
            self.quota = quota
            self.configured = configured
        }
    }

    package enum Verdict: Sendable {
        case accepted(Caller)
        case unknown, expired, revoked
    }

    /// There are as many keys as there can be.
    package struct TooMany: Error {
        package let limit: Int
    }

    private struct State {
        var table = KeyTable()
        var count = 0
        var revision: Int?
        /// Uses that are not written down yet.
        var uses: [KeyID: WallTime] = [:]
    }

    private let configuration: Configuration
    private let configuredDigest: KeyDigest?
    private let store: any KeyStore
    private let logger: Logger
    private let now: @Sendable () -> WallTime
    private let state = Mutex(State())

    /// `load` must be called before the first request.
    package init(
        _ configuration: Configuration, store: any KeyStore, logger: Logger,
        now: @escaping @Sendable () -> WallTime = { .now() }
    ) {
        self.configuration = configuration
        configuredDigest = configuration.configured.map(KeyDigest.init(of:))
        self.store = store
        self.logger = logger
        self.now = now
    }

    // MARK: For requests

    /// Whether callers need a key: one is configured, or one was ever made. A key that was revoked or expired counts, so
    /// that the last key's end does not open the server.
    package var isInUse: Bool { configuredDigest != nil || state.withLock { $0.count > 0 } }

    /// Whose key this is. Takes microseconds and no store.
    package func verdict(on secret: String) -> Verdict { verdict(on: KeyDigest(of: secret)) }

    /// Whose key it is of which somebody kept the digest, for instance since they signed in with it.
    package func verdict(on digest: KeyDigest) -> Verdict {
        if let configuredDigest, configuredDigest.matches(digest) {
            return .accepted(
                Caller(
                    owner: .configuredKey, name: "API_KEY", role: .administrator, quota: configuration.quota))
        }
        let time = now()
        return state.withLock { state in
            guard let key = state.table.key(with: digest) else { return .unknown }
            switch key.state(at: time) {
            case .expired: return .expired
            case .revoked: return .revoked
            case .valid:
                state.uses[key.id] = time
                return .accepted(
                    Caller(
                        owner: .key(key.id), name: key.name, role: key.role,
                        quota: quota(of: key)))
            }
        }
    }

    /// What a key may use.
    package func quota(of key: KeyRecord) -> Quota { key.overrides.applied(to: configuration.quota) }

    // MARK: For administrators

    /// The oldest first, revoked ones too.
    package func keys() async throws(StoreFailure) -> [KeyRecord] {
        let uses = state.withLock { $0.uses }
        return try await store.keys().map { key in
            var key = key
            if let time = uses[key.id] { key.lastUsed = time }
            return key
        }
    }

    /// Makes a key, on behalf of `actor`. The secret is nowhere else.
    package func create(
        _ new: NewKey, by actor: AuditActor
    ) async throws -> (key: KeyRecord, secret: KeySecret) {
        guard try await store.keys().count < configuration.maximumKeys else {
            throw TooMany(limit: configuration.maximumKeys)
        }
        var generator = SystemRandomNumberGenerator()
        let secret = KeySecret(using: &generator)
        let time = now()
        let key = KeyRecord(
            id: KeyID(using: &generator), name: new.name, role: new.role, digest: secret.digest, hint: secret.hint,
            created: time, expires: new.lifetime.map(time.advanced(by:)), overrides: new.overrides)
        let details = ["name": new.name, "role": new.role.rawValue]
        try await store.insert(key, audit: actor.event(.createKey, at: time, subject: "\(key.id)", details: details))
        try await load()
        return (key, secret)
    }

    /// From now on the key is refused. Nil when there is none of this name.
    package func revoke(_ id: KeyID, by actor: AuditActor) async throws(StoreFailure) -> KeyRecord? {
        let time = now()
        let key = try await store.revoke(id, at: time, audit: actor.event(.revokeKey, at: time, subject: "\(id)"))
        try await load()
        return key
    }

    /// Takes over the store's keys.
    package func load() async throws(StoreFailure) {
        // The number first: a change between the two reads is seen again rather than never.
        let revision = try await store.revision()
        let keys = try await store.keys()
        state.withLock { state in
            // Somebody who began later was faster.
            if let known = state.revision, known > revision { return }
            state.table = KeyTable(keys)
            state.count = keys.count
            state.revision = revision
        }
    }
}

extension KeyRing: Service {
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await Task.sleep(for: self.configuration.refresh) } catch { break }
                await self.synchronize()
            }
        }
        await synchronize()
    }

    /// What fails is tried again the next time.
    func synchronize() async {
        do {
            if try await store.revision() != state.withLock({ $0.revision }) { try await load() }
            let uses = state.withLock { state in
                defer { state.uses = [:] }
                return state.uses
            }
            guard !uses.isEmpty else { return }
            try await store.noteUses(uses)
        } catch {
            logger.error("the keys are not up to date", metadata: ["reason": "\(error)"])
        }
    }
}
