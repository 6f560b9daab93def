import Isolation
import Sessions
import Testing

@testable import Storage

@Suite struct StoresTests {
    // MARK: Keys

    @Test(arguments: StoreKind.allCases)
    func keysAreThereAsTheyWereAddedTheOldestFirst(_ kind: StoreKind) async throws {
        try await kind.with { store in
            #expect(try await store.keys().isEmpty)
            let keys = [
                KeyRecord.sample(),
                .sample { ($0.concurrentRuns, $0.sessions, $0.runsPerMinute) = (1, 2, 3) },
                .sample { ($0.cpuPerHour, $0.disk) = (.seconds(9), .mebibytes(4)) },
            ]
            for key in keys { try await store.insert(key, audit: .sample(0, .createKey)) }
            let found = try await store.keys()
            #expect(found.map(\.facts) == keys.map(\.facts))
            for (key, other) in zip(found, keys) { #expect(key.digest.matches(other.digest)) }
            #expect(try await store.entries(AuditQuery(limit: 10)).count == 3)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aKeyThatIsThereIsNotAddedAgainNorAudited(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let key = KeyRecord.sample()
            try await store.insert(key, audit: .sample(0, .createKey))
            await #expect(throws: StoreFailure.self) { try await store.insert(key, audit: .sample(0, .createKey)) }
            #expect(try await store.keys().count == 1)
            #expect(try await store.entries(AuditQuery(limit: 10)).count == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aKeyIsRevokedOnceAndForAll(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let (key, other) = (KeyRecord.sample(), KeyRecord.sample())
            for key in [key, other] { try await store.insert(key, audit: .sample(0, .createKey)) }
            for second in [5, 6] {
                let revoked = try await store.revoke(key.id, at: .second(second), audit: .sample(second, .revokeKey))
                #expect(revoked?.revoked == .second(5))
            }
            #expect(try await store.keys().map(\.revoked) == [.second(5), nil])
            var revocations = AuditQuery(limit: 10)
            revocations.action = .revokeKey
            #expect(try await store.entries(revocations).count == 1)
            let absent = KeyRecord.sample()
            #expect(try await store.revoke(absent.id, at: .second(1), audit: .sample(0, .revokeKey)) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func theRevisionRisesWithEveryChangeAndWithNothingElse(_ kind: StoreKind) async throws {
        try await kind.with { store in
            var revisions = [try await store.revision()]
            let key = KeyRecord.sample()
            try await store.insert(key, audit: .sample())
            revisions.append(try await store.revision())
            try await store.noteUses([key.id: .second(9)])
            #expect(try await store.revision() == revisions.last)
            _ = try await store.revoke(key.id, at: .second(10), audit: .sample())
            revisions.append(try await store.revision())
            #expect(revisions == revisions.sorted() && Set(revisions).count == 3)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func theLastUseNeverGoesBack(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let (key, other) = (KeyRecord.sample(), KeyRecord.sample())
            for key in [key, other] { try await store.insert(key, audit: .sample()) }
            try await store.noteUses([key.id: .second(9)])
            try await store.noteUses([key.id: .second(8), KeyRecord.sample().id: .second(1)])
            #expect(try await store.keys().map(\.lastUsed) == [.second(9), nil])
        }
    }

    // MARK: Sessions

    @Test(arguments: StoreKind.allCases)
    func sessionsAreKeptChangedAndForgotten(_ kind: StoreKind) async throws {
        try await kind.with { store in
            var session = SessionRow.sample()
            let other = SessionRow.sample(owner: .random)
            try await store.insert(session)
            try await store.insert(other)
            #expect(try await store.sessions() == [session, other])
            session.name = "mine"
            session.state = .hibernated
            session.lastUsed = .second(50)
            session.metadata = ["ü": "\u{0}"]
            session.commands = 3
            session.cpu = .milliseconds(1234)
            session.diskUsed = .mebibytes(2)
            session.expires = .second(7200)
            session.isDefault = true
            try await store.update(session, shell: false)
            #expect(try await store.session(session.id) == session)
            #expect(try await store.session(other.id) == other)
            try await store.removeSession(session.id)
            try await store.removeSession(session.id)
            try await store.update(session, shell: true)
            #expect(try await store.sessions() == [other])
            #expect(try await store.session(session.id) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func theStateOfTheShellIsWrittenAloneAndReadAlone(_ kind: StoreKind) async throws {
        try await kind.with { store in
            var session = SessionRow.sample()
            try await store.insert(session)
            session.shell = [0, 0xFF, 0x2F]
            try await store.update(session, shell: false)
            #expect(try await store.session(session.id)?.shell == nil)
            try await store.update(session, shell: true)
            #expect(try await store.session(session.id)?.shell == [0, 0xFF, 0x2F])
            // Whoever asks for all of them does not want them by the quarter of a megabyte.
            #expect(try await store.sessions().map(\.shell) == [nil])
            session.shell = nil
            try await store.update(session, shell: true)
            #expect(try await store.session(session.id)?.shell == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func usesOfSessionsNeverGoBack(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let session = SessionRow.sample()
            try await store.insert(session)
            try await store.noteUses([
                session.id: SessionUse(time: .second(9), disk: ByteCount(5)),
                SessionRow.sample().id: SessionUse(time: .second(9), disk: ByteCount(5)),
            ])
            try await store.noteUses([session.id: SessionUse(time: .second(8), disk: ByteCount(4))])
            let found = try await store.sessions()
            #expect(found.map(\.lastUsed) == [.second(9)] && found.map(\.diskUsed) == [ByteCount(4)])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func anOwnerHasOneDefaultSession(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let owner = Owner.random
            var first = SessionRow.sample(owner: owner, isDefault: true)
            try await store.insert(first)
            try await store.insert(.sample(owner: owner))
            try await store.insert(.sample(owner: .random, isDefault: true))
            await #expect(throws: StoreFailure.self) { try await store.insert(.sample(owner: owner, isDefault: true)) }
            #expect(try await store.sessions().count == 3)
            // One that is being removed is none any more.
            first.isDefault = false
            try await store.update(first, shell: false)
            try await store.insert(.sample(owner: owner, isDefault: true))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func noTwoSessionsHaveTheSameUser(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let first = SessionRow.sample()
            try await store.insert(first)
            let second = SessionRow(
                id: SessionRow.sample().id, owner: .random, user: first.user, created: .second(1),
                expires: .second(2), idleTimeout: .seconds(1), limits: first.limits, disk: first.disk)
            await #expect(throws: StoreFailure.self) { try await store.insert(second) }
            #expect(try await store.sessions() == [first])
        }
    }
}
