import Isolation
import Testing

@testable import Sessions

@Suite(.timeLimit(.minutes(1))) struct SessionTerminalTests {
    @Test func severalSeeTheSameAndWhoComesLaterSeesWhatWasThere() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let first = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
            let terminal = try await fixture.live("terminal")
            #expect(await first.next() == .replay([], isTruncated: false))
            #expect(await first.next() == .resized(.sample))
            terminal.show("$ ")
            #expect(await first.next() == .output(Array("$ ".utf8)))
            let second = try await fixture.directory.attach(to: first.id, size: .sample, of: id, by: .ann)
            #expect(await second.next() == .replay(Array("$ ".utf8), isTruncated: false))
            #expect(await second.next() == .resized(.sample))
            terminal.show("ls")
            for viewer in [first, second] { #expect(await viewer.next() == .output(Array("ls".utf8))) }
            await second.write(Array("pwd\n".utf8))
            #expect(terminal.input == "pwd\n")
            let wide = TerminalSize(rows: 50, columns: 200)
            try await first.resize(wide)
            #expect(terminal.size == wide)
            #expect(await second.next() == .resized(wide))
            #expect(try await fixture.directory.terminals(of: id, for: .ann).map(\.viewers) == [2])
            _ = try await fixture.create()
            let load = await fixture.directory.load()
            #expect(load == SessionLoad(sessions: 2, awake: 1, terminals: 1, viewers: 2))
            #expect(load.hibernated == 1)
        }
    }

    @Test func theEndOfItsShellEndsTheTerminal() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let viewer = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
            let terminal = try await fixture.live("terminal")
            terminal.show("bye")
            terminal.release(code: 3)
            var events: [TerminalEvent] = []
            while let event = await viewer.next() { events.append(event) }
            #expect(events.suffix(2) == [.output(Array("bye".utf8)), .ended(status: 3)])
            try await eventually { try await fixture.directory.terminals(of: id, for: .ann).isEmpty }
            let again = try await refusal {
                _ = try await fixture.directory.attach(to: viewer.id, size: .sample, of: id, by: .ann)
            }
            #expect(again?.kind == "no terminal")
            try await eventually { fixture.quotas.usage(of: Caller.ann.owner).concurrentRuns == 0 }
            await fixture.pass(.seconds(61))
            #expect(try await fixture.state(id) == .hibernated)
        }
    }

    @Test func aTerminalThatNobodyLooksAtEndsAfterAWhile() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let first = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
            await first.detach()
            #expect(await first.next() == nil)
            await fixture.pass(.seconds(119))
            #expect(try await fixture.directory.terminals(of: id, for: .ann).map(\.viewers) == [0])
            let second = try await fixture.directory.attach(to: first.id, size: .sample, of: id, by: .ann)
            await fixture.pass(.seconds(1000))
            #expect(try await fixture.directory.terminals(of: id, for: .ann).map(\.viewers) == [1])
            await second.detach()
            await fixture.pass(.seconds(121))
            try await eventually { try await fixture.directory.terminals(of: id, for: .ann).isEmpty }
        }
    }

    @Test func theEndOfTheSessionIsToldToItsViewers() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let viewer = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
            try await fixture.directory.end(id, by: .ann)
            var last: TerminalEvent?
            while let event = await viewer.next() { last = event }
            guard case .ended = last else { return #expect(Bool(false), "it was told \(String(describing: last))") }
        }
    }

    @Test func terminalsAreBoundedAndCountAsRuns() async throws {
        try await SessionsFixture.with {
            $0.maximumTerminals = 1
        } _: { fixture in
            let id = try await fixture.create()
            let viewer = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
            let second = try await refusal {
                _ = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
            }
            #expect(second?.kind == "conflict")
            #expect(fixture.quotas.usage(of: Caller.ann.owner).concurrentRuns == 1)
            try await fixture.directory.endTerminal(viewer.id, of: id, by: .ann)
            try await eventually { try await fixture.directory.terminals(of: id, for: .ann).isEmpty }
            _ = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
        }
    }

    // MARK: Viewers

    private func take(_ viewer: inout TerminalViewer) async -> TerminalEvent? {
        await withCheckedContinuation { viewer.next($0) }
    }

    @Test func aSlowViewerLosesTheMiddleAndIsToldHowMuch() async {
        var viewer = TerminalViewer(replay: [], isTruncated: false, size: .sample)
        let piece = [UInt8](repeating: 0x61, count: 20_000)
        for _ in 0..<20 { viewer.tell(piece) }
        #expect(!viewer.hasRoom && viewer.waitingBytes <= TerminalViewer.maximumWaiting)
        _ = await take(&viewer)
        _ = await take(&viewer)
        var (shown, missed) = (0, 0)
        while missed == 0 {
            switch await take(&viewer) {
            case .output(let bytes): shown += bytes.count
            case .missed(let count): missed = count
            default: #expect(Bool(false), "something else was told")
            }
        }
        #expect(shown + missed == 400_000 && shown > 0)
        viewer.tell([1])
        #expect(await take(&viewer) == .output([1]))
        #expect(viewer.hasRoom)
    }

    @Test func whoEndsLearnsWhatWasMissedBefore() async {
        var viewer = TerminalViewer(replay: [], isTruncated: true, size: .sample)
        viewer.tell([UInt8](repeating: 0x61, count: TerminalViewer.maximumWaiting))
        viewer.tell([1, 2])
        viewer.end(status: 0)
        viewer.tell([3])
        var events: [TerminalEvent] = []
        for _ in 0..<5 { if let event = await take(&viewer) { events.append(event) } }
        #expect(events.suffix(2) == [.missed(2), .ended(status: 0)])
        #expect(await take(&viewer) == nil)
    }
}
