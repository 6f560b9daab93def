import Foundation
import Isolation
import Testing

@testable import Sessions

@Suite(.timeLimit(.minutes(1))) struct SessionLifeTests {
    @Test func aSessionIsThereForItsOwnerAlone() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create(by: .ann)
            let directory = fixture.directory
            #expect(try await directory.session(id, of: .ann).row.owner == Caller.ann.owner)
            #expect(try await directory.workspace(of: id, for: .ann) != nil)
            #expect(try await fixture.run("true", in: id).result?.outcome == .ok)

            let attempts: [(Caller) async throws -> Void] = [
                { _ = try await directory.session(id, of: $0) },
                { _ = try await directory.change(id, SessionChange(), by: $0) },
                { _ = try await directory.end(id, by: $0) },
                { _ = try await fixture.run("true", in: id, by: $0) },
                { _ = try await directory.processes(of: id, for: $0) },
                { _ = try await directory.terminals(of: id, for: $0) },
                { _ = try await directory.attach(to: nil, size: .sample, of: id, by: $0) },
                { _ = try await directory.events(of: id, for: $0) },
                { _ = try await directory.sandbox(in: id, for: $0) },
            ]
            for attempt in attempts {
                #expect(try await refusal { try await attempt(.bob) }?.kind == "no session")
            }
            #expect(try await directory.workspace(of: id, for: .bob) == nil)
            #expect(try await directory.sessions(SessionQuery(), of: .bob).total == 0)
            #expect(try await directory.sessions(SessionQuery(), of: .ann).sessions.map(\.row.id) == [id])
        }
    }

    @Test func aCommandWakesTheSessionAndWhatItLeavesLasts() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            #expect(try await fixture.state(id) == .hibernated)
            let reply = try await fixture.run("cd /workspace/a", in: id)
            #expect(reply.workingDirectory == "/workspace/a" && reply.result?.outcome == .ok)
            #expect(try await fixture.state(id) == .active)
            // Before the answer, so that no death of the server takes it back.
            let row = try #require(await fixture.store.session(id))
            #expect(row.shell == ScriptedCommand.state("/workspace/a")?.bytes && row.commands == 1)
        }
    }

    @Test func aSessionThatRestsSleepsAndIsAsItWasWhenItWakes() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            try await fixture.run("cd /workspace/a", in: id)
            await fixture.pass(.seconds(59))
            #expect(try await fixture.state(id) == .active)
            await fixture.pass(.seconds(2))
            #expect(try await fixture.state(id) == .hibernated)
            #expect(fixture.sandboxes.alive.isEmpty)
            #expect(try await fixture.directory.session(id, of: .ann).workingDirectory == "/workspace/a")
            let reply = try await fixture.run("true", in: id)
            #expect(reply.workingDirectory == "/workspace/a")
            #expect(fixture.sandboxes.all.count == 2)
        }
    }

    @Test func whatRunsKeepsItsSessionAwake() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            try await fixture.run("hold", in: id, background: true)
            await fixture.pass(.seconds(1000))
            #expect(try await fixture.state(id) == .active)
            try await fixture.live("hold").release()
            try await eventually { try await fixture.directory.session(id, of: .ann).running == 0 }
            await fixture.pass(.seconds(59))
            #expect(try await fixture.state(id) == .active)
            await fixture.pass(.seconds(2))
            #expect(try await fixture.state(id) == .hibernated)
        }
    }

    @Test func aSleepingSessionIsNotInMemory() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            try await fixture.run("true", in: id)
            #expect(fixture.directory.index.entry(id)?.session != nil)
            await fixture.pass(.seconds(61))
            try await eventually { fixture.directory.index.entry(id)?.session == nil }
            #expect(try await fixture.directory.session(id, of: .ann).row.state == .hibernated)
        }
    }

    @Test func withoutASessionTheDefaultOneIsMadeOnceHoweverManyAsk() async throws {
        try await SessionsFixture.with { fixture in
            let ids = try await withThrowingTaskGroup(of: SessionID.self) { group in
                for _ in 0..<30 { group.addTask { try await fixture.run("true").session } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(await fixture.store.sessions().map(\.isDefault) == [true])
            #expect(try await fixture.run("true", by: .bob).session != ids.first)
            // When it has ended there is another.
            try await fixture.directory.end(try #require(ids.first), by: .ann)
            let next = try await fixture.run("true").session
            #expect(!ids.contains(next))
        }
    }

    @Test func theEndOfASessionEndsEverythingInItAndRemovesIt() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let waiting = Task { try await fixture.run("hold", in: id) }
            _ = try await fixture.live("hold")
            try await fixture.directory.end(id, by: .ann)
            #expect(try await waiting.value.result?.outcome == .cancelled)
            #expect(fixture.sandboxes.alive.isEmpty)
            #expect(try await refusal { try await fixture.run("true", in: id) }?.kind == "no session")
            #expect(try await refusal { try await fixture.directory.end(id, by: .ann) }?.kind == "no session")
            try await eventually { await fixture.store.sessions().isEmpty }
            try await eventually { try fixture.workspaces.isEmpty }
            #expect(fixture.quotas.usage(of: Caller.ann.owner) == QuotaUsage.afterRuns(1))
        }
    }

    @Test func aSessionEndsWhenNobodyUsesIt() async throws {
        try await SessionsFixture.with { fixture in
            let (used, unused) = (try await fixture.create(), try await fixture.create())
            await fixture.pass(.seconds(3000))
            try await fixture.run("true", in: used)
            // Looking is no use.
            _ = try await fixture.directory.session(unused, of: .ann)
            await fixture.pass(.seconds(601))
            #expect(try await refusal { _ = try await fixture.state(unused) }?.kind == "no session")
            #expect(try await fixture.state(used) == .hibernated)
        }
    }

    @Test func aSessionEndsAfterItsLifetimeWhateverRunsInIt() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create { $0.lifetime = .seconds(100) }
            let extended = try await fixture.create { $0.lifetime = .seconds(100) }
            var change = SessionChange()
            change.lifetime = .seconds(200)
            _ = try await fixture.directory.change(extended, change, by: .ann)
            for session in [id, extended] { try await fixture.run("hold", in: session, background: true) }
            await fixture.pass(.seconds(101))
            #expect(try await refusal { _ = try await fixture.state(id) }?.kind == "no session")
            #expect(try await fixture.state(extended) == .active)
            let ends = fixture.audit.all.filter { $0.action == .endSession }
            #expect(ends.map(\.outcome) == ["expired"] && ends.map(\.actor) == ["server"])
        }
    }

    @Test func noExtensionGoesBeyondTheLongestLife() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let created = try await fixture.directory.session(id, of: .ann).row.created
            var change = SessionChange()
            change.lifetime = .seconds(864_000)
            fixture.clock.advance(by: .seconds(1000))
            let row = try await fixture.directory.change(id, change, by: .ann).row
            #expect(row.expires == created.advanced(by: .seconds(864_000)))
        }
    }

    @Test(arguments: [false, true]) func changesLastWhetherItSleepsOrNot(_ isAwake: Bool) async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create { $0.name = "old" }
            if isAwake { try await fixture.run("cd /workspace/a", in: id) }
            var change = SessionChange()
            change.name = "new"
            change.metadata = ["a": "b"]
            _ = try await fixture.directory.change(id, change, by: .ann)
            if isAwake { await fixture.pass(.seconds(61)) }
            try await fixture.run("true", in: id)
            let row = try await fixture.directory.session(id, of: .ann).row
            #expect(row.name == "new" && row.metadata == ["a": "b"])
            #expect(await fixture.store.session(id)?.name == "new")
        }
    }

    @Test func listsHavePagesAndFilters() async throws {
        try await SessionsFixture.with { fixture in
            var ids: [SessionID] = []
            for number in 0..<5 { ids.append(try await fixture.create { $0.name = "Course \(number)" }) }
            try await fixture.run("true", in: ids[1])
            var query = SessionQuery(limit: 2)
            var pages: [[SessionID]] = []
            repeat {
                let page = try await fixture.directory.sessions(query, of: .ann)
                #expect(page.total == 5)
                pages.append(page.sessions.map(\.row.id))
                query.after = page.next
            } while query.after != nil
            #expect(pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]])
            query.state = .active
            #expect(try await fixture.directory.sessions(query, of: .ann).sessions.map(\.row.id) == [ids[1]])
            query.state = nil
            query.name = "course 3"
            #expect(try await fixture.directory.sessions(query, of: .ann).sessions.map(\.row.id) == [ids[3]])
        }
    }

    @Test func afterTheServerHasEndedNothingRunsAndEverySessionSleeps() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            try await fixture.run("cd /workspace/a", in: id)
            let waiting = Task { try await fixture.run("hold", in: id) }
            _ = try await fixture.live("hold")
            await fixture.directory.shutDown()
            #expect(try await waiting.value.result?.outcome == .cancelled)
            #expect(fixture.sandboxes.alive.isEmpty)
            #expect(await fixture.store.session(id)?.state == .hibernated)
            #expect(try await refusal { try await fixture.run("true", in: id) }?.kind == "shutting down")
            #expect(try await refusal { _ = try await fixture.create() }?.kind == "shutting down")
        }
    }

    @Test func whatHappensIsTold() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let events = try await fixture.directory.events(of: id, for: .ann)
            try await fixture.run("exit 3", in: id)
            await fixture.pass(.seconds(61))
            try await fixture.directory.end(id, by: .ann)
            var told: [SessionEvent] = []
            for await event in events {
                if case .files = event { continue }
                told.append(event)
            }
            #expect(
                told == [
                    .state(.active), .commandStarted(pid: 2, command: "exit 3"),
                    .commandEnded(pid: 2, outcome: .nonzeroExit, exitCode: 3), .state(.hibernated), .state(.ending),
                ])
        }
    }
}

extension TerminalSize {
    static let sample = TerminalSize(rows: 24, columns: 80)
}

extension QuotaUsage {
    /// Nothing but so many runs within the last minute.
    static func afterRuns(_ count: Int) -> QuotaUsage {
        var usage = QuotaUsage()
        usage.runsPerMinute = count
        return usage
    }
}
