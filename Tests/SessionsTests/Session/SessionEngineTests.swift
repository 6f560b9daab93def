import Isolation
import LinuxKernel
import Testing

@testable import Sessions

/// Sessions with real sandboxes: what the scripted ones take for granted.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SessionEngineTests {
    private func withSessions(_ body: (SessionsFixture) async throws -> Void) async throws {
        let own = try #require(HostFile.canonicalPath("/proc/self/exe"))
        let folder = own.split(separator: "/").dropLast().joined(separator: "/")
        var configuration = EngineConfiguration(
            launcher: "/\(folder)/sandmartin-launcher", standard: LimitPolicy.sample.standard)
        configuration.poolSize = 0
        configuration.report = { print($0) }
        let engine = try await SandboxEngine.start(configuration)
        do {
            try await SessionsFixture.with(engine: engine, body)
        } catch {
            await engine.shutDown()
            throw error
        }
        await engine.shutDown()
    }

    @Test func aWholeLife() async throws {
        try await withSessions { fixture in
            let id = try await fixture.create { $0.environment = ["COURSE": "swift"] }
            let first = try await fixture.run("mkdir a; cd a; export B=$COURSE; umask 027; echo hi", in: id)
            #expect(first.result?.text == "hi\n" && first.workingDirectory == "/workspace/a")
            #expect(
                try await fixture.run("echo $B $(pwd) $(umask)", in: id).result?.text == "swift /workspace/a 0027\n")
            // Files from outside are the session's own inside.
            let workspace = try #require(try await fixture.directory.workspace(of: id, for: .ann))
            let upload = try await workspace.files.upload(try FilePath(Array("a/file".utf8)), workspace.allowance)
            try await upload.write(Array("content".utf8))
            _ = try await upload.finish()
            #expect(try await fixture.run("cat file && echo more >> file", in: id).result?.text == "content")
            await fixture.pass(.seconds(61))
            #expect(try await fixture.state(id) == .hibernated)
            #expect(try await fixture.run("echo $B; cat file", in: id).result?.text == "swift\ncontentmore\n")
            #expect(fixture.quotas.usage(of: Caller.ann.owner).cpuPerHour > .zero)
            try await fixture.directory.end(id, by: .ann)
            try await eventually { try fixture.workspaces.isEmpty }
        }
    }

    @Test func theTimeLimitEndsThatCommandWithAllItStartedAndNothingElse() async throws {
        try await withSessions { fixture in
            let id = try await fixture.create()
            let other = try #require(
                try await fixture.run("while read line; do echo got $line; done", in: id, background: true).pid)
            var request = CommandRequest(command: "setsid sleep 1000 & sleep 1000")
            request.timeout = .milliseconds(300)
            let reply = try await fixture.directory.execute(request, in: id, by: .ann, observer: nil)
            #expect(reply.result?.outcome == .timeLimit)
            #expect(try await fixture.run("pgrep -c sleep", in: id).result?.text == "0\n")
            let directory = fixture.directory
            try await directory.write(Array("x\n".utf8), closes: true, to: other, of: id, by: .ann)
            let output = try await directory.output(
                of: other, from: 0, limit: 99, wait: .seconds(60), in: id, for: .ann)
            #expect(String(decoding: output.bytes, as: UTF8.self) == "got x\n")
        }
    }

    @Test func aTerminalIsAShellInTheSessionAndItsExitEndsIt() async throws {
        try await withSessions { fixture in
            let id = try await fixture.create()
            try await fixture.run("mkdir here; cd here", in: id)
            let viewer = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
            await viewer.write(Array("stty size; pwd; exit 7\n".utf8))
            var shown: [UInt8] = []
            var status: Int?
            while let event = await viewer.next() {
                if case .output(let bytes) = event { shown += bytes }
                if case .ended(let end) = event { status = end }
            }
            let text = String(decoding: shown, as: UTF8.self)
            #expect(status == 7 && text.contains("24 80") && text.contains("/workspace/here"))
        }
    }

    @Test func aFloodOnATerminalNeitherFillsMemoryNorBlocksACommand() async throws {
        try await withSessions { fixture in
            let id = try await fixture.create()
            let slow = try await fixture.directory.attach(to: nil, size: .sample, of: id, by: .ann)
            let fast = try await fixture.directory.attach(to: slow.id, size: .sample, of: id, by: .ann)
            await fast.write(Array("yes\n".utf8))
            var seen = 0
            while seen < 8 << 20, let event = await fast.next() {
                if case .output(let bytes) = event { seen += bytes.count }
            }
            #expect(try await fixture.run("echo alive", in: id).result?.text == "alive\n")
            try await fixture.directory.endTerminal(slow.id, of: id, by: .ann)
            // The slow one has what waited for it, is told what it missed, and then the end.
            var (shown, missed) = (0, 0)
            while let event = await slow.next() {
                if case .output(let bytes) = event { shown += bytes.count }
                if case .missed(let count) = event { missed += count }
            }
            #expect(shown <= 2 * TerminalViewer.maximumWaiting && missed > 4 << 20)
        }
    }
}

extension RunResult {
    var text: String { String(decoding: output.combined, as: UTF8.self) }
}
