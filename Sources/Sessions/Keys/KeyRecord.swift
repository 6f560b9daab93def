/// What is kept of a key: everything but the key.
package struct KeyRecord: Sendable {
    package let id: KeyID
    package let name: String
    package let role: Caller.Role
    package let digest: KeyDigest
    /// The beginning of the key.
    package let hint: String
    package let created: WallTime
    /// Nil: never.
    package let expires: WallTime?
    package var revoked: WallTime?
    /// To the minute; nil: not yet.
    package var lastUsed: WallTime?
    package let overrides: QuotaOverrides

    package init(
        id: KeyID, name: String, role: Caller.Role, digest: KeyDigest, hint: String, created: WallTime,
        expires: WallTime? = nil, revoked: WallTime? = nil, lastUsed: WallTime? = nil,
        overrides: QuotaOverrides = QuotaOverrides()
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.digest = digest
        self.hint = hint
        self.created = created
        self.expires = expires
        self.revoked = revoked
        self.lastUsed = lastUsed
        self.overrides = overrides
    }

    package enum State: String, Sendable {
        case valid, expired, revoked
    }

    package func state(at now: WallTime) -> State {
        if revoked != nil { return .revoked }
        if let expires, expires <= now { return .expired }
        return .valid
    }
}
