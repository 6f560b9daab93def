import HTTPTypes
import HummingbirdTesting
import Interception
import Isolation
import Sessions
import Testing

@testable import HTTPAPI

@Suite(.timeLimit(.minutes(1))) struct CommandsTests {
    private let path = "/api/v1/execute"

    @Test func theFamiliarNamesAreThere() async throws {
        let server = try TestServer()
        try await server.test { client in
            let answer = try await client.post(#"{"command": "echo hi"}"#, to: path)
            #expect(answer.status == .ok)
            let json = try answer.json()
            for name in [
                "success", "output", "stdout", "stderr", "exit_code", "execution_time", "working_directory",
                "resource_usage", "security_report", "session_id", "timestamp",
            ] {
                #expect(json[name] != nil, "\(name)")
            }
            #expect(json["success"] == true && json["status"] == "ok" && json["exit_code"] == 0)
            #expect(json["output"] == "echo hi" && json["stderr"] == "" && json["error"] == .null)
            #expect(json["working_directory"] == "/workspace" && json["execution_time"] == .number(0.02))
            #expect(json["resource_usage"]?["memory"] == .number(12.5))
            #expect(json["resource_usage"]?["cpu"] == 25)
            #expect(json["limits"]?["wall_ms"] == 10_000 && json["limits"]?["memory_mb"] == 256)
            #expect(json["background_processes"] == false)
        }
    }

    @Test func withoutASessionTheDefaultOneIsUsedAndKept() async throws {
        let server = try TestServer()
        try await server.test { client in
            let first = try await client.post(#"{"command": "a"}"#, to: path).string("session_id")
            let second = try await client.post(#"{"command": "b", "session_id": null}"#, to: path).string("session_id")
            #expect(first != nil && first == second)
            let list = try await client.get("/api/v1/sessions").json()
            #expect(list["total"] == 1)
            #expect(list["sessions"]?.elements.first?["default"] == true)
            let other = server.sessions.add()
            let third = try await client.post(#"{"command": "c", "session_id": "\#(other)"}"#, to: path)
            #expect(try third.string("session_id") == other.description)
        }
    }

    @Test func aRequestIsPassedOnAsItIs() async throws {
        let server = try TestServer()
        try await server.test { client in
            let body = """
                {"command": "cat", "timeout": 2.5, "stdin": "é", "env": {"A": "b"}, "policy": "strict",
                 "output_encoding": "base64"}
                """
            let answer = try await client.post(body, to: path)
            #expect(try answer.string("stdout") == "Y2F0")
            #expect(try answer.json()["limits"]?["wall_ms"] == 2500)
        }
        let request = try #require(server.sessions.requests.first)
        #expect(request.timeout == .milliseconds(2500) && request.standardInput == Array("é".utf8))
        #expect(request.environment == ["A": "b"] && request.policy?.name == "strict" && !request.isBackground)
    }

    @Test func failureIsAnAnswerAndBlockingToo() async throws {
        try await TestServer().test { client in
            let failed = try await client.post(#"{"command": "fail"}"#, to: path)
            #expect(failed.status == .ok)
            #expect(try failed.json()["success"] == false && failed.json()["status"] == "nonzero_exit")
            #expect(try failed.json()["exit_code"] == 3)
            let blocked = try await client.post(#"{"command": "echo 'forbidden'"}"#, to: path)
            #expect(blocked.status == .ok)
            #expect(try blocked.json()["success"] == false && blocked.json()["status"] == "blocked")
            #expect(try blocked.json()["pid"] == .null)
            #expect(try blocked.json()["security_report"]?["decision"] == "block")
        }
    }

    @Test(arguments: [
        ("{}", "command"), (#"{"command": ""}"#, "command"), (#"{"command": " \n\t"}"#, "command"),
        (#"{"command": 1}"#, "command"), (#"{"command": "a\u0000b"}"#, "command"),
        (#"{"command": "a", "timeout": 0}"#, "timeout"), (#"{"command": "a", "timeout": -1}"#, "timeout"),
        (#"{"command": "a", "timeout": 30.1}"#, "timeout"), (#"{"command": "a", "timeout": 1e999}"#, "timeout"),
        (#"{"command": "a", "timeout": "1"}"#, "timeout"), (#"{"command": "a", "session_id": "x"}"#, "session_id"),
        (#"{"command": "a", "session_id": 1}"#, "session_id"), (#"{"command": "a", "env": {"A-": ""}}"#, "env.A-"),
        (#"{"command": "a", "policy": "none"}"#, "policy"), (#"{"command": "a", "background": 1}"#, "background"),
        (#"{"command": "a", "output_encoding": "x"}"#, "output_encoding"), (#"{"command": "a", "code": ""}"#, "code"),
    ])
    func whatIsWrongIsNamed(_ body: String, _ field: String) async throws {
        let server = try TestServer()
        try await server.test { client async throws in
            let answer = try await client.post(body, to: path)
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == field)
        }
        #expect(server.sessions.requests.isEmpty)
    }

    /// `Screening.sample` takes 100 bytes.
    @Test func aCommandHasABound() async throws {
        try await TestServer().test { client in
            let longest = String(repeating: "a", count: 100)
            #expect(try await client.post(["command": .string(longest)], to: path).status == .ok)
            let answer = try await client.post(["command": .string(longest + "a")], to: path)
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == "command")
        }
    }

    @Test func refusalsHaveTheirCodes() async throws {
        try await TestServer().test { client in
            for (command, status, wait) in [
                ("busy", HTTPResponse.Status.serviceUnavailable, "5"), ("full", .serviceUnavailable, "2"),
                ("quota", .tooManyRequests, "42"), ("lost", .internalServerError, nil),
            ] {
                for headers: HTTPFields in [[:], [.accept: "text/event-stream"]] {
                    let answer = try await client.post(
                        #"{"command": "\#(command)"}"#, to: path, headers: headers)
                    #expect(answer.status == status, "\(command) \(headers)")
                    #expect(answer.headers[.retryAfter] == wait)
                }
            }
            let unknown = "ses_\(String(repeating: "0", count: 32))"
            let answer = try await client.post(#"{"command": "a", "session_id": "\#(unknown)"}"#, to: path)
            #expect(answer.status == .notFound)
        }
    }

    @Test func aBackgroundCommandIsAcceptedWithItsPlace() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(#"{"command": "sleep 9", "background": true}"#, to: path)
            #expect(answer.status == .accepted)
            let json = try answer.json()
            #expect(json["status"] == "running" && json["success"] == true && json["pid"] == 11)
            #expect(json["limits"]?["wall_ms"] == .null)
            let location = try #require(answer.headers[.location])
            #expect(try await client.get(location).json()["command"] == "sleep 9")
            let both = try await client.post(
                #"{"command": "a", "background": true}"#, to: path, headers: [.accept: "text/event-stream"])
            #expect(try both.string("field") == "background")
            // A background command that is refused is not accepted.
            let blocked = try await client.post(#"{"command": "echo 'forbidden'", "background": true}"#, to: path)
            #expect(blocked.status == .ok)
            #expect(try blocked.string("status") == "blocked")
        }
    }

    // MARK: Streams

    @Test func aStreamTellsStartOutputAndResult() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                #"{"command": "echo é"}"#, to: path, headers: [.accept: "text/event-stream"])
            #expect(answer.headers[.contentType] == "text/event-stream; charset=utf-8")
            let events = answer.body.split(separator: "\n\n").map(String.init)
            #expect(events.count == 3)
            #expect(events[0].hasPrefix("event: started\ndata: {\"session_id\":\"ses_"))
            #expect(events[0].hasSuffix("\"pid\":11}"))
            #expect(events[1] == "event: stdout\ndata: {\"text\":\"echo é\"}")
            #expect(events[2].hasPrefix("event: result\ndata: {\"success\":true,\"status\":\"ok\""))
        }
    }

    @Test func aStreamOfABlockedCommandHasNothingButTheResult() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                #"{"command": "echo 'forbidden'"}"#, to: path, headers: [.accept: "text/event-stream"])
            #expect(answer.status == .ok)
            #expect(answer.body.hasPrefix("event: result\n") && answer.body.contains(#""status":"blocked""#))
        }
    }

    @Test func aFailureAfterTheBeginningIsTold() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                #"{"command": "crash"}"#, to: path, headers: [.accept: "text/event-stream"])
            #expect(answer.status == .ok)
            #expect(answer.body.contains("event: started") && answer.body.contains("event: error"))
            #expect(answer.body.contains(#""code":"internal""#))
        }
    }

    private func send(_ headers: String, over connection: RawConnection) async throws {
        let body = #"{"command": "wait"}"#
        try await connection.send(
            "POST \(path) HTTP/1.1\r\nHost: a\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    @Test(arguments: ["", "Accept: text/event-stream\r\n"])
    func closingTheConnectionEndsTheCommand(_ headers: String) async throws {
        let server = try TestServer()
        try await server.live { live in
            try await live.connect { connection in
                try await send(headers, over: connection)
                _ = await server.sessions.waits.first { _ in true }
                if !headers.isEmpty { _ = try await connection.read(through: "begun") }
            }
            _ = await server.sessions.cancellations.first { _ in true }
        }
        #expect(server.sessions.cancelledCommands == 1)
    }

    @Test(arguments: ["", "Accept: text/event-stream\r\n"])
    func shuttingDownEndsTheCommandAndTellsIt(_ headers: String) async throws {
        let server = try TestServer()
        try await server.live { live in
            try await live.connect { connection in
                try await send(headers, over: connection)
                _ = await server.sessions.waits.first { _ in true }
                await live.shutDown()
                #expect(try await connection.readToEnd().contains(#""status":"cancelled""#))
            }
        }
    }

    /// A run in a session carries it along; what is no identifier is not asked for.
    @Test func aRunMayNameASession() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.test { client in
            let run = try await client.post(#"{"code": "x", "language": "bash", "session_id": "\#(id)"}"#)
            #expect(run.status == .ok)
            let wrong = try await client.post(#"{"code": "x", "language": "bash", "session_id": "x"}"#)
            #expect(try wrong.string("field") == "session_id")
        }
        #expect(server.executions.requests.map(\.session) == [id])
    }
}
