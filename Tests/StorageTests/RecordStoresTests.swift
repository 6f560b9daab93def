import Isolation
import Sessions
import Testing

@testable import Storage

@Suite struct RecordStoresTests {
    // MARK: Runs

    @Test(arguments: StoreKind.allCases)
    func anOwnersRunsAreListedTheNewestFirstInPages(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let (owner, other) = (Owner.random, Owner.random)
            let runs = (0..<10).map { FinishedRun.sample($0, owner: owner) }
            try await store.append(runs.shuffled() + [.sample(3, owner: other)])
            // The same rows once more change nothing.
            try await store.append(Array(runs.prefix(2)))
            var query = RunQuery(owner: owner, limit: 4)
            var pages: [[FinishedRun]] = []
            repeat {
                pages.append(try await store.runs(query))
                query.after = pages.last?.last.map { RunCursor(accepted: $0.accepted, id: $0.id) }
            } while pages.last?.count == 4
            #expect(pages.map(\.count) == [4, 4, 2])
            #expect(pages.flatMap(\.self) == runs.reversed())
            #expect(try await store.runs(RunQuery(owner: .anonymous, limit: 10)).isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func runsOfOneMomentAreEachOnOnePage(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let runs = (0..<7).map { _ in FinishedRun.sample(1) }
            try await store.append(runs)
            var query = RunQuery(owner: .anonymous, limit: 3)
            var seen: [ExecutionID] = []
            while true {
                let page = try await store.runs(query)
                seen += page.map(\.id)
                guard let last = page.last else { break }
                query.after = RunCursor(accepted: last.accepted, id: last.id)
            }
            #expect(seen.count == 7)
            #expect(Set(seen) == Set(runs.map(\.id)))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func runsAreFoundByStatusAndLanguage(_ kind: StoreKind) async throws {
        try await kind.with { store in
            try await store.append((0..<6).map { .sample($0, $0 < 3 ? .ok : .timeLimit) })
            var query = RunQuery(owner: .anonymous, limit: 10)
            query.status = .ended(.timeLimit)
            #expect(try await store.runs(query).map(\.accepted) == [.second(5), .second(4), .second(3)])
            query.language = "bash"
            #expect(try await store.runs(query).map(\.accepted) == [.second(4)])
            query.status = .running
            #expect(try await store.runs(query).isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func runsAreDroppedByCountForAnOwnerAndByAgeForAll(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let (one, two) = (Owner.random, Owner.random)
            try await store.append((0..<10).flatMap { [.sample($0, owner: one), .sample($0, owner: two)] })
            try await store.pruneRuns(keeping: 4, of: [one], since: .second(2))
            func seconds(_ owner: Owner) async throws -> [WallTime] {
                try await store.runs(RunQuery(owner: owner, limit: 100)).map(\.accepted)
            }
            #expect(try await seconds(one) == [9, 8, 7, 6].map(WallTime.second))
            #expect(try await seconds(two) == (2..<10).reversed().map(WallTime.second))
            try await store.pruneRuns(keeping: 0, of: [one], since: .second(0))
            #expect(try await seconds(one) == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func whatRunsUsedLatelyIsToldTheOldestFirst(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let owner = Owner.random
            try await store.append([.sample(8), .sample(5, owner: owner), .sample(3), .sample(4)])
            #expect(
                try await store.charges(since: .second(5)) == [
                    ProcessorCharge(owner: owner, time: .second(6), cpu: .seconds(2)),
                    ProcessorCharge(owner: .anonymous, time: .second(9), cpu: .seconds(2)),
                ])
        }
    }

    // MARK: Audit

    @Test(arguments: StoreKind.allCases)
    func theAuditLogIsReadBackwardsInPages(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let events = (0..<5).map { AuditEvent.sample($0) }
            try await store.append(events)
            let first = try await store.entries(AuditQuery(limit: 3))
            #expect(first.map(\.event) == [events[4], events[3], events[2]])
            var query = AuditQuery(limit: 3)
            query.before = first.last?.number
            #expect(try await store.entries(query).map(\.event) == [events[1], events[0]])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func theAuditLogIsFoundByOwnerActionAndDecision(_ kind: StoreKind) async throws {
        try await kind.with { store in
            let owner = Owner.random
            try await store.append([
                .sample(0, .run, owner: owner), .sample(1, .signIn, owner: nil), .sample(2, .run),
                .sample(3, .createKey, owner: owner),
            ])
            func seconds(_ change: (inout AuditQuery) -> Void) async throws -> [WallTime] {
                var query = AuditQuery(limit: 10)
                change(&query)
                return try await store.entries(query).map(\.event.time)
            }
            #expect(try await seconds { $0.owner = owner } == [.second(3), .second(0)])
            #expect(try await seconds { $0.action = .run } == [.second(2), .second(0)])
            #expect(try await seconds { $0.decision = .denied } == [.second(1)])
            #expect(try await seconds { ($0.owner, $0.action) = (owner, .run) } == [.second(0)])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func theAuditLogForgetsTheOldestAndNeverANumber(_ kind: StoreKind) async throws {
        try await kind.with { store in
            try await store.append((0..<10).map { AuditEvent.sample($0) })
            try await store.pruneAudit(keeping: 4, since: .second(7))
            let kept = try await store.entries(AuditQuery(limit: 100))
            #expect(kept.map(\.event.time) == [9, 8, 7].map(WallTime.second))
            try await store.pruneAudit(keeping: 0, since: .second(0))
            #expect(try await store.entries(AuditQuery(limit: 100)).isEmpty)
            try await store.append([AuditEvent.sample(11)])
            let next = try #require(try await store.entries(AuditQuery(limit: 1)).first)
            #expect(next.number > (kept.first?.number ?? .max))
        }
    }
}
