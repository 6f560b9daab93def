import Interception
import Isolation
import Synchronization
import Testing

@testable import Sessions

@Suite(.timeLimit(.minutes(1))) struct SessionCommandTests {
    @Test func aCommandIsReadBeforeItRuns() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let reply = try await fixture.run("echo forbidden", in: id)
            guard case .blocked = reply.fate else { return #expect(Bool(false), "it ran") }
            #expect(reply.report?.decision == .block && reply.pid == nil)
            #expect(fixture.sandboxes.all.isEmpty)
            let denied = fixture.audit.all.filter { $0.decision == .denied }
            #expect(denied.map(\.action) == [.command] && denied.map(\.outcome) == ["blocked"])
            // What is not forbidden runs, and so does the same under a policy that allows it.
            #expect(try await fixture.run("true", in: id).result?.outcome == .ok)
            var request = CommandRequest(command: "echo forbidden")
            request.policy = .open
            let other = try await fixture.directory.execute(request, in: id, by: .ann, observer: nil)
            #expect(other.result?.outcome == .ok)
        }
    }

    @Test func whatIsNoCommandIsTheCallersMistake() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            for text in ["", "  \n", String(repeating: "a", count: 8193)] {
                #expect(try await refusal { try await fixture.run(text, in: id) }?.kind == "invalid")
            }
            #expect(fixture.quotas.usage(of: Caller.ann.owner).concurrentRuns == 0)
        }
    }

    @Test func aCommandThatNobodyWaitsForIsEnded() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let waiting = Task {
                let request = CommandRequest(command: "hold")
                return try await fixture.directory.execute(request, in: id, by: .ann, observer: nil)
            }
            _ = try await fixture.live("hold")
            waiting.cancel()
            #expect(try await waiting.value.result?.outcome == .cancelled)
            #expect(fixture.quotas.usage(of: Caller.ann.owner).concurrentRuns == 0)
            #expect(try await fixture.run("true", in: id).result?.outcome == .ok)
        }
    }

    @Test func commandsOfOneSessionRunAtTheSameTimeAndTheLastToEndLeavesItsState() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let first = Task { try await fixture.run("hold", in: id) }
            let held = try await fixture.live("hold")
            #expect(try await fixture.run("cd /workspace/b", in: id).workingDirectory == "/workspace/b")
            held.release()
            // It left none.
            #expect(try await first.value.workingDirectory == "/workspace/b")
            #expect(fixture.sandboxes.all.count == 1)
        }
    }

    @Test func aLostSandboxIsReplacedAndItsCommandsFailAlone() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            try await fixture.run("cd /workspace/a", in: id)
            #expect(try await refusal { try await fixture.run("lose", in: id) }?.kind == "failed")
            #expect(try await fixture.run("true", in: id).workingDirectory == "/workspace/a")
            // Lost while nobody looked: the next command does not notice.
            fixture.sandboxes.alive.first?.lose()
            #expect(try await fixture.run("true", in: id).result?.outcome == .ok)
            #expect(fixture.sandboxes.all.count == 3)
        }
    }

    @Test func whatCannotBeWokenSaysSoAndCanBeLater() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            fixture.sandboxes.fail(with: .lost(during: "a test"))
            #expect(try await refusal { try await fixture.run("true", in: id) }?.kind == "failed")
            #expect(try await fixture.state(id) == .hibernated)
            #expect(await fixture.directory.load().awake == 0)
            fixture.sandboxes.fail(with: nil)
            #expect(try await fixture.run("true", in: id).result?.outcome == .ok)
        }
    }

    @Test func theObserverHearsOfTheStartFirst() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let heard = HeardWords()
            let observer = CommandObserver(
                started: { session, pid in heard.add("start \(session == id) \(pid)") },
                output: { stream, bytes in heard.add("\(stream.rawValue) \(String(decoding: bytes, as: UTF8.self))") })
            _ = try await fixture.directory.execute(
                CommandRequest(command: "print hello"), in: id, by: .ann, observer: observer)
            #expect(heard.words == ["start true 2", "stdout hello"])
        }
    }

    // MARK: Background

    @Test func outputOfABackgroundCommandIsReadFromAnywhereAlsoAfterItsEnd() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let reply = try await fixture.run("cat", in: id, background: true)
            let pid = try #require(reply.pid)
            let directory = fixture.directory
            try await directory.write(Array("hello ".utf8), closes: false, to: pid, of: id, by: .ann)
            try await directory.write(Array("world".utf8), closes: false, to: pid, of: id, by: .ann)
            var output = try await directory.output(of: pid, from: 6, limit: 100, wait: .zero, in: id, for: .ann)
            #expect(output == ProcessOutput(bytes: Array("world".utf8), offset: 6, next: 11, isComplete: false))
            let waiting = Task {
                try await directory.output(of: pid, from: 11, limit: 100, wait: .seconds(3600), in: id, for: .ann)
            }
            try await directory.write(Array("!".utf8), closes: true, to: pid, of: id, by: .ann)
            #expect(try await waiting.value.bytes == Array("!".utf8))
            try await eventually { try await directory.process(pid, of: id, for: .ann).state == .ended }
            output = try await directory.output(of: pid, from: 0, limit: 5, wait: .seconds(3600), in: id, for: .ann)
            #expect(output == ProcessOutput(bytes: Array("hello".utf8), offset: 0, next: 5, isComplete: false))
            output = try await directory.output(of: pid, from: 5, limit: 50, wait: .zero, in: id, for: .ann)
            #expect(output.isComplete && output.next == 12)
            let summary = try await directory.process(pid, of: id, for: .ann)
            #expect(summary.result?.outcome == .ok && summary.outputBytes == 12 && summary.activity == nil)
        }
    }

    @Test func onlyTheLastPartOfALongOutputIsKept() async throws {
        try await SessionsFixture.with {
            $0.backgroundOutput = ByteCount(1000)
        } _: { fixture in
            let id = try await fixture.create()
            let pid = try #require(try await fixture.run("flood 5000", in: id, background: true).pid)
            let output = try await fixture.directory.output(
                of: pid, from: 100, limit: 300, wait: .zero, in: id, for: .ann)
            #expect(output.offset == 4000 && output.bytes.count == 300 && output.next == 4300)
        }
    }

    @Test func aBackgroundCommandHasNoTimeLimitUnlessOneIsAskedFor() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            try await fixture.run("true", in: id)
            try await fixture.run("true", in: id, background: true)
            var request = CommandRequest(command: "true")
            request.timeout = .seconds(5)
            _ = try await fixture.directory.execute(request, in: id, by: .ann, observer: nil)
            let started = try #require(fixture.sandboxes.alive.first).started.map(\.limits)
            #expect(started.map(\.wall) == [.seconds(30), nil, .seconds(5)])
            #expect(started.map(\.observesEverything) == [false, true, false])
        }
    }

    @Test func signalsGoToTheCommandAndWithoutOneAllOfItEnds() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let first = try #require(try await fixture.run("hold", in: id, background: true).pid)
            let command = try await fixture.live("hold")
            try await fixture.directory.signal(2, to: first, of: id, by: .ann)
            #expect(command.signals == [2])
            let second = try #require(try await fixture.run("leave", in: id, background: true).pid)
            try await eventually {
                try await fixture.directory.process(second, of: id, for: .ann).state == .leftBehind
            }
            try await fixture.directory.signal(nil, to: second, of: id, by: .ann)
            try await eventually { try await fixture.directory.process(second, of: id, for: .ann).state == .ended }
            // One that has ended is no error, and one that never was is.
            try await fixture.directory.signal(9, to: second, of: id, by: .ann)
            let unknown = try await refusal { try await fixture.directory.signal(9, to: 999, of: id, by: .ann) }
            #expect(unknown?.kind == "no process")
        }
    }

    @Test func whatACommandLeavesIsListedUntilItIsGone() async throws {
        try await SessionsFixture.with { fixture in
            let id = try await fixture.create()
            let reply = try await fixture.run("leave", in: id)
            #expect(reply.result?.outcome == .ok)
            #expect(try await fixture.directory.processes(of: id, for: .ann).map(\.state) == [.leftBehind])
            await fixture.pass(.seconds(1000))
            #expect(try await fixture.state(id) == .active)
            try await fixture.directory.signal(nil, to: try #require(reply.pid), of: id, by: .ann)
            try await eventually { try await fixture.directory.processes(of: id, for: .ann).isEmpty }
        }
    }

    @Test func endedBackgroundCommandsAreRememberedInBoundsAndForgottenInTime() async throws {
        try await SessionsFixture.with {
            ($0.maximumRemembered, $0.sleepingBytes) = (3, ByteCount(4096))
        } _: { fixture in
            let id = try await fixture.create()
            for number in 1...5 {
                try await fixture.run("flood \(number * 1000)", in: id, background: true)
                try await eventually {
                    try await fixture.directory.processes(of: id, for: .ann).allSatisfy { $0.state == .ended }
                }
            }
            let directory = fixture.directory
            #expect(
                try await directory.processes(of: id, for: .ann).map(\.command)
                    == ["flood 3000", "flood 4000", "flood 5000"])
            await fixture.pass(.seconds(61))
            #expect(try await fixture.state(id) == .hibernated)
            // The last one is still there, with less of its output.
            let rest = try await directory.processes(of: id, for: .ann)
            #expect(rest.map(\.command) == ["flood 5000"])
            let output = try await directory.output(
                of: rest[0].pid, from: 0, limit: 9999, wait: .zero, in: id, for: .ann)
            #expect(output.bytes.count == 2048 && output.isComplete)
            await fixture.pass(.seconds(700))
            await fixture.pass(.seconds(1))
            #expect(try await directory.processes(of: id, for: .ann).isEmpty)
        }
    }
}

private final class HeardWords: Sendable {
    private let state = Mutex<[String]>([])
    var words: [String] { state.withLock { $0 } }
    func add(_ word: String) { state.withLock { $0.append(word) } }
}
