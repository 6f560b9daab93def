import HTTPTypes
import Sessions
import Testing

@testable import HTTPAPI

@Suite(.timeLimit(.minutes(1))) struct EventStreamTests {
    /// The events of a stream: name and data.
    private func events(_ body: String) throws -> [(name: String, data: JSONValue)] {
        try body.split(separator: "\n\n").filter { !$0.hasPrefix(":") }.map { message in
            let lines = message.split(separator: "\n")
            try #require(lines.count == 2)
            let data = lines[1].dropFirst("data: ".count)
            return (String(lines[0].dropFirst("event: ".count)), try JSONParser.parse(Array(data.utf8)))
        }
    }

    @Test func aRunIsToldWhileItGoesOn() async throws {
        let server = try TestServer()
        try await server.test { client in
            let answer = try await client.post(
                #"{"code": "häé", "language": "cpp"}"#, headers: [.accept: "application/json;q=0.5, text/event-stream"])
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "text/event-stream; charset=utf-8")
            let events = try events(answer.body)
            #expect(events.map(\.name) == ["started", "compile", "stdout", "stdout", "result"])
            #expect(events[0].data["language"] == "cpp")
            #expect(events[1].data["status"] == "ok")
            // The script cuts “ä” in half.
            #expect(events[2].data == ["text": "h"])
            #expect(events[3].data == ["text": "äé"])
            #expect(events[4].data["stdout"] == "häé")
            #expect(events[4].data["execution_id"] == events[0].data["execution_id"])
        }
        #expect(server.executions.requests.map(\.streamsOutput) == [true])
    }

    @Test func exactBytesAreToldInBase64() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                #"{"code": "ab", "language": "bash", "output_encoding": "base64"}"#,
                headers: [.accept: "text/event-stream"])
            let events = try events(answer.body)
            #expect(events.map(\.name) == ["started", "stdout", "stdout", "result"])
            #expect(events[1].data == ["base64": "YQ=="])
            #expect(events[3].data["stdout"] == "YWI=")
        }
    }

    @Test func anErrorBeforeTheRunIsAnOrdinaryAnswer() async throws {
        try await TestServer().test { client in
            let answer = try await client.post(
                #"{"code": "", "language": "bash"}"#, headers: [.accept: "text/event-stream"])
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == "code")
        }
    }

    @Test func streamAndAsyncExcludeEachOther() async throws {
        let server = try TestServer()
        try await server.test { client in
            let answer = try await client.post(
                #"{"code": "x", "language": "bash", "async": true}"#, headers: [.accept: "text/event-stream"])
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == "async")
        }
        #expect(server.executions.requests.isEmpty)
    }

    @Test func aSilentStreamIsKeptAlive() async throws {
        try await TestServer { $0.keepAlive = .milliseconds(1) }.live { live in
            try await live.connect { connection in
                try await connection.sendRun("wait", headers: "Accept: text/event-stream\r\n")
                _ = try await connection.read(through: ": keep-alive\n\n")
                _ = try await connection.read(through: ": keep-alive\n\n")
            }
        }
    }

    @Test func theConnectionOfAStreamServesTheNextRequest() async throws {
        try await TestServer().live { live in
            try await live.connect { connection in
                try await connection.sendRun("hello", headers: "Accept: text/event-stream\r\n")
                _ = try await connection.read(through: "\r\n0\r\n\r\n")
                try await connection.sendRun("again")
                #expect(try await connection.readAnswer().body.contains(#""stdout":"again""#))
            }
        }
    }
}
