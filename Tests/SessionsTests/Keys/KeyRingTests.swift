import Logging
import Testing

@testable import Sessions

@Suite struct KeyRingTests {
    private let store = InMemoryStore()
    private let clock = ManualClock()

    private func ring(configured: String? = nil, maximum: Int = 100) -> KeyRing {
        var configuration = KeyRing.Configuration(quota: .unbounded, configured: configured)
        configuration.maximumKeys = maximum
        return KeyRing(
            configuration, store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { [clock] in clock.wall })
    }

    private func accepted(_ verdict: KeyRing.Verdict) -> Caller? {
        if case .accepted(let caller) = verdict { caller } else { nil }
    }

    @Test func aKeyIsItsOwnersAndNoOtherTextIs() async throws {
        let ring = ring()
        let (key, secret) = try await ring.create(try NewKey(name: "ann", role: .administrator), by: .commandLine)
        let caller = try #require(accepted(ring.verdict(on: secret.text)))
        #expect(caller.owner == .key(key.id))
        #expect(caller.name == "ann")
        #expect(caller.role == .administrator)
        for wrong in ["", "sm_", secret.text + "a", String(secret.text.dropLast()), secret.text.uppercased(), key.hint]
        {
            guard case .unknown = ring.verdict(on: wrong) else { Issue.record("“\(wrong)” is a key"); continue }
        }
    }

    @Test func keysHave200RandomBitsAndOnlyTheirHashIsKept() async throws {
        let ring = ring()
        var texts: Set<String> = []
        for _ in 0..<50 {
            let (key, secret) = try await ring.create(try NewKey(name: "n"), by: .commandLine)
            #expect(secret.text.wholeMatch(of: /sm_[a-z2-7]{40}/) != nil)
            #expect(key.digest.bytes.count == 32)
            #expect(!"\(key)".contains(secret.text))
            texts.insert(secret.text)
        }
        #expect(texts.count == 50)
    }

    @Test func theDigestIsSHA256() {
        // FIPS 180-2, appendix B.1.
        #expect(KeyDigest(of: "abc").bytes.prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
        #expect(KeyDigest(bytes: [1, 2]) == nil)
    }

    @Test func everyByteOfADigestCounts() throws {
        let digest = KeyDigest(of: "x")
        #expect(digest.matches(KeyDigest(of: "x")))
        for index in 0..<32 {
            var bytes = digest.bytes
            bytes[index] ^= 1
            #expect(!digest.matches(try #require(KeyDigest(bytes: bytes))))
        }
    }

    @Test func aKeyExpires() async throws {
        let ring = ring()
        let (_, secret) = try await ring.create(try NewKey(name: "n", lifetimeSeconds: 10), by: .commandLine)
        clock.advance(by: .milliseconds(9_999))
        #expect(accepted(ring.verdict(on: secret.text)) != nil)
        clock.advance(by: .milliseconds(1))
        guard case .expired = ring.verdict(on: secret.text) else {
            Issue.record("not expired")
            return
        }
        #expect(ring.isInUse)
    }

    @Test func aRevokedKeyIsRefusedAtOnceAndTheServerStaysClosed() async throws {
        let ring = ring()
        let (key, secret) = try await ring.create(try NewKey(name: "n"), by: .commandLine)
        let revoked = try await ring.revoke(key.id, by: .commandLine)
        #expect(revoked?.revoked == clock.wall)
        guard case .revoked = ring.verdict(on: secret.text) else {
            Issue.record("not revoked")
            return
        }
        #expect(ring.isInUse)
        var generator = SystemRandomNumberGenerator()
        #expect(try await ring.revoke(KeyID(using: &generator), by: .commandLine) == nil)
    }

    @Test func changesOfKeysAreInTheAuditLogWithoutTheKey() async throws {
        let ring = ring()
        let (key, secret) = try await ring.create(try NewKey(name: "ann"), by: .commandLine)
        for _ in 1...2 { _ = try await ring.revoke(key.id, by: AuditActor(owner: .configuredKey, name: "API_KEY")) }
        let entries = await store.entries(AuditQuery(limit: 10))
        #expect(entries.map(\.event.action) == [.revokeKey, .createKey])
        #expect(entries.map(\.event.actor) == ["API_KEY", "command line"])
        #expect(entries.allSatisfy { $0.event.subject == key.id.description })
        #expect(!"\(entries)".contains(secret.text))
    }

    @Test func whatAnotherProcessChangesIsSeen() async throws {
        let (server, other) = (ring(), ring())
        try await server.load()
        let (key, secret) = try await other.create(try NewKey(name: "n"), by: .commandLine)
        #expect(accepted(server.verdict(on: secret.text)) == nil)
        await server.synchronize()
        #expect(accepted(server.verdict(on: secret.text)) != nil)
        _ = try await other.revoke(key.id, by: .commandLine)
        await server.synchronize()
        #expect(accepted(server.verdict(on: secret.text)) == nil)
    }

    @Test func useIsNoted() async throws {
        let ring = ring()
        let (key, secret) = try await ring.create(try NewKey(name: "n"), by: .commandLine)
        clock.advance(by: .seconds(5))
        _ = ring.verdict(on: secret.text)
        #expect(try await ring.keys().first?.lastUsed == clock.wall)
        #expect(await store.keys().first?.lastUsed == nil)
        await ring.synchronize()
        #expect(await store.keys().first { $0.id == key.id }?.lastUsed == clock.wall)
    }

    @Test func theConfiguredKeyIsAnAdministrators() throws {
        let ring = ring(configured: "correct horse")
        let caller = try #require(accepted(ring.verdict(on: "correct horse")))
        #expect(caller.owner == .configuredKey)
        #expect(caller.role == .administrator)
        guard case .unknown = ring.verdict(on: "correct hors") else {
            Issue.record("accepted")
            return
        }
        #expect(ring.isInUse)
        #expect(!self.ring().isInUse)
    }

    @Test func keysAreBounded() async throws {
        let ring = ring(maximum: 2)
        for _ in 0..<2 { _ = try await ring.create(try NewKey(name: "n"), by: .commandLine) }
        await #expect(throws: KeyRing.TooMany.self) { try await ring.create(try NewKey(name: "n"), by: .commandLine) }
    }

    @Test(arguments: ["", " ", "a\nb", "\u{202E}x", String(repeating: "a", count: 101)])
    func aNameMustBeReadable(_ name: String) {
        #expect(throws: InvalidRequest.self) { try NewKey(name: name) }
    }

    @Test(arguments: [0, -1, 0.5, .nan, .infinity, 1e12])
    func aLifetimeMustBeInRange(_ seconds: Double) {
        #expect(throws: InvalidRequest.self) { try NewKey(name: "n", lifetimeSeconds: seconds) }
    }
}
