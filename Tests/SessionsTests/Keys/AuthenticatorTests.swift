import Logging
import Testing

@testable import Sessions

@Suite struct AuthenticatorTests {
    private let clock = ManualClock()
    private let quota = Quota.unbounded

    private func authenticator(
        _ anonymous: Authenticator.Anonymous, configured: String? = nil, burst: Int = 3
    ) -> Authenticator {
        var rate = FailedAttempts.Rate()
        (rate.burst, rate.interval, rate.addresses) = (burst, .seconds(10), 4)
        let keys = KeyRing(
            .init(quota: quota, configured: configured), store: InMemoryStore(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return Authenticator(
            keys: keys, anonymous: anonymous, failures: FailedAttempts(rate, now: { [clock] in clock.now }))
    }

    @Test func withoutAKeyNobodyIsLetInUnlessThatIsMeant() async throws {
        let refusing = authenticator(.refused)
        #expect(throws: AccessDenial.keyMissing) { try refusing.caller(presenting: nil, from: "a") }
        let allowing = authenticator(.allowed(quota))
        #expect(try allowing.caller(presenting: nil, from: "a").owner == .anonymous)
    }

    @Test func atTheMachineItselfAKeyIsNeededAsSoonAsThereIsOne() async throws {
        let authenticator = authenticator(.allowedWithoutKeys(quota))
        #expect(try authenticator.caller(presenting: nil, from: "a").role == .user)
        #expect(authenticator.trustsTheMachine)
        let (key, _) = try await authenticator.keys.create(try NewKey(name: "n"), by: .commandLine)
        #expect(throws: AccessDenial.keyMissing) { try authenticator.caller(presenting: nil, from: "a") }
        _ = try await authenticator.keys.revoke(key.id, by: .commandLine)
        #expect(throws: AccessDenial.keyMissing) { try authenticator.caller(presenting: nil, from: "a") }
        #expect(!authenticator.trustsTheMachine)
    }

    @Test func aWrongKeyIsNeverTakenForNoKey() {
        let allowing = authenticator(.allowed(quota))
        #expect(throws: AccessDenial.keyUnknown) { try allowing.caller(presenting: "wrong", from: "a") }
        #expect(throws: AccessDenial.keyUnknown) { try allowing.caller(presenting: "", from: "a") }
    }

    @Test func failuresOfAnAddressAreBoundedAndThoseOfOthersAreNot() {
        let authenticator = authenticator(.refused)
        for _ in 0..<3 {
            #expect(throws: AccessDenial.keyUnknown) { try authenticator.caller(presenting: "x", from: "a") }
        }
        #expect(throws: AccessDenial.tooManyFailures(retryAfter: .seconds(10))) {
            try authenticator.caller(presenting: "x", from: "a")
        }
        #expect(throws: AccessDenial.keyUnknown) { try authenticator.caller(presenting: "x", from: "b") }
        clock.advance(by: .seconds(10))
        #expect(throws: AccessDenial.keyUnknown) { try authenticator.caller(presenting: "x", from: "a") }
        #expect(throws: AccessDenial.tooManyFailures(retryAfter: .seconds(10))) {
            try authenticator.caller(presenting: "x", from: "a")
        }
    }

    @Test func nobodyIsLockedOutByOthersWhoShareAnAddressExceptTheKeyThatCanBeGuessed() async throws {
        let authenticator = authenticator(.refused, configured: "secret", burst: 1)
        let (_, secret) = try await authenticator.keys.create(try NewKey(name: "n"), by: .commandLine)
        _ = try authenticator.caller(presenting: "secret", from: "a")
        #expect(throws: AccessDenial.keyUnknown) { try authenticator.caller(presenting: "x", from: "a") }
        _ = try authenticator.caller(presenting: secret.text, from: "a")
        #expect(throws: AccessDenial.tooManyFailures(retryAfter: .seconds(10))) {
            try authenticator.caller(presenting: "secret", from: "a")
        }
        clock.advance(by: .seconds(10))
        _ = try authenticator.caller(presenting: "secret", from: "a")
    }

    @Test func manyAddressesShareWhatMemoryIsLeft() {
        let authenticator = authenticator(.refused, burst: 1)
        for address in 0..<4 {
            #expect(throws: AccessDenial.keyUnknown) { try authenticator.caller(presenting: "x", from: "\(address)") }
        }
        #expect(throws: AccessDenial.keyUnknown) { try authenticator.caller(presenting: "x", from: "5") }
        #expect(throws: AccessDenial.tooManyFailures(retryAfter: .seconds(10))) {
            try authenticator.caller(presenting: "x", from: "6")
        }
        clock.advance(by: .seconds(11))
        #expect(throws: AccessDenial.keyUnknown) { try authenticator.caller(presenting: "x", from: "7") }
    }
}
