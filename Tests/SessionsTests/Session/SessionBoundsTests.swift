import Isolation
import Testing

@testable import Sessions

@Suite(.timeLimit(.minutes(1))) struct SessionBoundsTests {
    @Test func theLeastRecentlyUsedIdleSessionGivesItsPlaceUp() async throws {
        try await SessionsFixture.with {
            $0.bounds.maximumAwake = 4
        } _: { fixture in
            var ids: [SessionID] = []
            for _ in 0..<2 { ids.append(try await fixture.create()) }
            for _ in 0..<2 { ids.append(try await fixture.create(by: .bob)) }
            let third = try await fixture.create()
            for (index, id) in ids.enumerated() {
                try await fixture.run("cd /workspace/\(index)", in: id, by: index < 2 ? .ann : .bob)
                fixture.clock.advance(by: .seconds(1))
            }
            try await fixture.run("true", in: ids[0])
            fixture.clock.advance(by: .seconds(1))
            try await fixture.run("true", in: third)
            let states = try await [
                fixture.state(ids[0]), fixture.state(ids[1]), fixture.state(ids[2], of: .bob),
                fixture.state(ids[3], of: .bob), fixture.state(third),
            ]
            #expect(states == [.active, .hibernated, .active, .active, .active])
            #expect(fixture.sandboxes.alive.count == 4)
            #expect(try await fixture.run("true", in: ids[1]).workingDirectory == "/workspace/1")
        }
    }

    @Test func whoIsBusyKeepsItsPlaceAndOthersAreToldToComeAgain() async throws {
        try await SessionsFixture.with {
            $0.bounds.maximumAwake = 2
        } _: { fixture in
            let first = try await fixture.create()
            try await fixture.run("hold", in: first, background: true)
            let second = try await fixture.create(by: .bob)
            try await fixture.run("hold", in: second, by: .bob, background: true)
            let third = try await fixture.create(by: .carol)
            #expect(try await refusal { try await fixture.run("true", in: third, by: .carol) }?.kind == "overloaded")
            #expect(try await fixture.state(first) == .active)
            // Nothing of it is left, and it works as soon as there is a place.
            for command in fixture.sandboxes.alive.flatMap(\.commands) { command.release() }
            try await eventually { try await fixture.directory.session(first, of: .ann).running == 0 }
            #expect(try await fixture.run("true", in: third, by: .carol).result?.outcome == .ok)
        }
    }

    @Test func noOwnerGetsAllPlaces() async throws {
        try await SessionsFixture.with {
            $0.bounds.maximumAwake = 4
        } _: { fixture in
            for _ in 0..<3 { try await fixture.run("hold", in: try await fixture.create(), background: true) }
            let fourth = try await fixture.create()
            #expect(try await refusal { try await fixture.run("true", in: fourth) }?.kind == "overloaded")
            #expect(try await fixture.run("true", by: .bob).result?.outcome == .ok)
        }
    }

    @Test func thereAreAtMostSoManySessions() async throws {
        try await SessionsFixture.with {
            $0.bounds.maximumSessions = 2
        } _: { fixture in
            let first = try await fixture.create()
            _ = try await fixture.create(by: .bob)
            #expect(try await refusal { _ = try await fixture.create() }?.kind == "overloaded")
            #expect(fixture.quotas.usage(of: Caller.ann.owner).sessions == 1)
            try await fixture.directory.end(first, by: .ann)
            _ = try await fixture.create()
        }
    }

    @Test func aKeyMayHaveSoManySessions() async throws {
        try await SessionsFixture.with { fixture in
            let caller = Caller.ann { $0.sessions = 1 }
            let first = try await fixture.create(by: caller)
            #expect(try await refusal { _ = try await fixture.create(by: caller) }?.kind == "sessions")
            // The default session is one too.
            #expect(try await refusal { try await fixture.run("true", by: caller) }?.kind == "sessions")
            try await fixture.directory.end(first, by: caller)
            #expect(try await fixture.run("true", by: caller).result?.outcome == .ok)
        }
    }

    @Test func aKeyMayRunSoManyCommandsAtOnceBackgroundOnesToTheirEnd() async throws {
        try await SessionsFixture.with { fixture in
            let caller = Caller.ann { $0.concurrentRuns = 1 }
            let id = try await fixture.create(by: caller)
            try await fixture.run("hold", in: id, by: caller, background: true)
            #expect(try await refusal { try await fixture.run("true", in: id, by: caller) }?.kind == "concurrent_runs")
            #expect(try await fixture.run("true", by: .bob).result?.outcome == .ok)
            try await fixture.live("hold").release()
            try await eventually { fixture.quotas.usage(of: caller.owner).concurrentRuns == 0 }
            #expect(try await fixture.run("true", in: id, by: caller).result?.outcome == .ok)
            let denied = fixture.audit.all.filter { $0.decision == .denied }
            #expect(denied.map(\.action) == [.command] && denied.map(\.outcome) == ["quota.concurrent_runs"])
        }
    }

    @Test func processorTimeOfCommandsIsTheOwners() async throws {
        try await SessionsFixture.with { fixture in
            let caller = Caller.ann { $0.cpuPerHour = .seconds(10) }
            let id = try await fixture.create(by: caller)
            try await fixture.run("work 4", in: id, by: caller)
            #expect(fixture.quotas.usage(of: caller.owner).cpuPerHour == .seconds(4))
            // What runs in the background is charged while it runs.
            try await fixture.run("hold", in: id, by: caller, background: true)
            fixture.sandboxes.alive.first?.work(.seconds(7))
            await fixture.pass(.seconds(1))
            #expect(fixture.quotas.usage(of: caller.owner).cpuPerHour == .seconds(11))
            #expect(
                try await refusal { try await fixture.run("true", in: id, by: caller) }?.kind == "cpu_seconds_per_hour")
            #expect(try await fixture.directory.session(id, of: caller).row.cpu == .seconds(11))
        }
    }

    @Test func everySessionHasAUserOfItsOwn() async throws {
        try await SessionsFixture.with {
            ($0.users, $0.bounds.maximumSessions) = (310_100...310_104, 5)
        } _: { fixture in
            var users: [UInt32] = []
            for round in 0..<4 {
                var ids: [SessionID] = []
                for _ in 0..<5 {
                    let id = try await eventually { () -> SessionID? in
                        // Users come back when the workspace is gone, which is beside the end.
                        if case .overloaded = try await refusal({ _ = try await fixture.create() }) { return nil }
                        return try await fixture.directory.sessions(SessionQuery(), of: .ann).sessions.first?.row.id
                    }
                    ids.append(id)
                }
                let rows = await fixture.store.sessions()
                #expect(Set(rows.map(\.user)).count == rows.count, "round \(round)")
                users += rows.map(\.user)
                for id in ids { try await fixture.directory.end(id, by: .ann) }
            }
            #expect(Set(users).isSubset(of: 310_100...310_104))
        }
    }

    /// Many tasks do everything at the same time; what must hold is looked at by the fixture and afterwards.
    @Test func nothingGetsLostHoweverManyDoEverythingAtOnce() async throws {
        try await SessionsFixture.with {
            ($0.bounds.maximumAwake, $0.bounds.maximumSessions) = (3, 40)
        } _: { fixture in
            var ids: [SessionID] = []
            for _ in 0..<8 { ids.append(try await fixture.create()) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<16 {
                    group.addTask { [ids] in
                        for step in 0..<25 {
                            let id = ids[(worker * 7 + step) % ids.count]
                            do {
                                switch (worker + step) % 6 {
                                case 0: await fixture.pass(.seconds(61))
                                case 1: try await fixture.run("lose", in: id)
                                case 2: _ = try await fixture.directory.session(id, of: .ann)
                                case 3: _ = try await fixture.directory.change(id, SessionChange(), by: .ann)
                                default: try await fixture.run("work 1", in: id)
                                }
                            } catch let refusal as SessionRefusal {
                                // A place may be missing, and a lost sandbox's command fails.
                                #expect(["overloaded", "failed"].contains(refusal.kind))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(fixture.sandboxes.alive.count <= 3)
            try await eventually {
                await fixture.pass(.seconds(61))
                return fixture.sandboxes.alive.isEmpty
            }
            #expect(await fixture.directory.load() == SessionLoad(sessions: 8))
            #expect(fixture.quotas.usage(of: Caller.ann.owner).concurrentRuns == 0)
            for id in ids { try await fixture.directory.end(id, by: .ann) }
            try await eventually { await fixture.store.sessions().isEmpty }
        }
    }
}

extension Caller {
    static let carol: Caller = {
        var generator = SystemRandomNumberGenerator()
        return Caller(owner: .key(KeyID(using: &generator)), name: "carol", role: .user, quota: .unbounded)
    }()
}
