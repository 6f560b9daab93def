/// Why a caller was not let in.
package enum AccessDenial: Error, Hashable, Sendable {
    case keyMissing, keyUnknown, keyExpired, keyRevoked
    /// What the caller got for a key holds no longer, or never did.
    case signedOut
    /// Too many wrong keys came from the caller's address.
    case tooManyFailures(retryAfter: Duration)
}

/// Tells who a caller is.
package struct Authenticator: Sendable {
    /// What is done with callers who present no key.
    package enum Anonymous: Hashable, Sendable {
        /// They are let in with this quota, which they share.
        case allowed(Quota)
        /// They are let in with this quota as long as there is no key: who can reach the server is at the machine itself.
        case allowedWithoutKeys(Quota)
        case refused
    }

    package let keys: KeyRing
    package let anonymous: Anonymous
    package let failures: FailedAttempts

    package init(keys: KeyRing, anonymous: Anonymous, failures: FailedAttempts = FailedAttempts()) {
        self.keys = keys
        self.anonymous = anonymous
        self.failures = failures
    }

    /// Whether a caller without a key would be let in now only because nobody else can reach the server.
    package var trustsTheMachine: Bool {
        if case .allowedWithoutKeys = anonymous { !keys.isInUse } else { false }
    }

    /// Whose key `secret` is, or what holds for no key. A wrong key is never taken for no key.
    ///
    /// `address` is where the caller comes from. Keys that were made here cannot be guessed, so no rate keeps a valid one
    /// out, and nobody can lock out those who share their address; the key of the configuration, which a person may have
    /// made up, must wait like a wrong one.
    package func caller(presenting secret: String?, from address: String) throws(AccessDenial) -> Caller {
        guard let secret else { return try anonymousCaller() }
        let verdict = keys.verdict(on: secret)
        if case .accepted(let caller) = verdict, caller.owner != .configuredKey { return caller }
        if let wait = failures.wait(for: address) { throw .tooManyFailures(retryAfter: wait) }
        switch verdict {
        case .accepted(let caller): return caller
        case .unknown:
            failures.note(address)
            throw .keyUnknown
        // Who presents these knows a key that once was: no guess, but as frequent.
        case .expired:
            failures.note(address)
            throw .keyExpired
        case .revoked:
            failures.note(address)
            throw .keyRevoked
        }
    }

    /// Who signed in with the key of this digest, as long as the key holds.
    package func caller(signedInWith digest: KeyDigest) throws(AccessDenial) -> Caller {
        switch keys.verdict(on: digest) {
        case .accepted(let caller): return caller
        case .unknown: throw .keyUnknown
        case .expired: throw .keyExpired
        case .revoked: throw .keyRevoked
        }
    }

    private func anonymousCaller() throws(AccessDenial) -> Caller {
        switch anonymous {
        case .allowed(let quota): return Caller(owner: .anonymous, name: "anonymous", role: .user, quota: quota)
        case .allowedWithoutKeys(let quota) where !keys.isInUse:
            return Caller(owner: .anonymous, name: "anonymous", role: .user, quota: quota)
        case .allowedWithoutKeys, .refused: throw .keyMissing
        }
    }
}
