import HTTPTypes
import HummingbirdTesting
import Sessions
import Testing

@testable import HTTPAPI

@Suite struct ProcessesTests {
    /// Runs the test with a background command, whose output is its text.
    private func withProcess(
        _ command: String, _ body: @Sendable (any TestClientProtocol, _ path: String) async throws -> Void
    ) async throws -> ScriptedSessions {
        let server = try TestServer()
        try await server.test { client in
            let made = try await client.post(
                ["command": .string(command), "background": true], to: "/api/v1/execute")
            try await body(client, try #require(made.headers[.location]))
        }
        return server.sessions
    }

    @Test func aProcessIsListedAndShown() async throws {
        _ = try await withProcess("sleep 5") { client, path in
            let process = try await client.get(path).json()
            #expect(process["command"] == "sleep 5" && process["state"] == "running" && process["status"] == "running")
            #expect(process["activity"] == ["processes": 1, "cpu_ms": 10, "memory_bytes": 1_048_576])
            let list = try await client.get(String(path.prefix { $0 != "?" }.dropLast("/11".count))).json()
            #expect(list == ["processes": [process]])
            for wrong in ["12", "0", "-1", "x", "99999999999"] {
                let answer = try await client.get(path.dropLast(2) + wrong)
                #expect(answer.status == .notFound, "\(wrong)")
                #expect(try answer.string("error")?.contains("process") == true)
            }
        }
    }

    @Test func outputIsReadFromAnOffset() async throws {
        _ = try await withProcess("0123456789") { client, path in
            let all = try await client.get("\(path)/output").json()
            #expect(
                all == [
                    "output": "0123456789", "encoding": "utf8", "offset": 0, "next_offset": 10, "complete": false,
                ])
            let part = try await client.get("\(path)/output?offset=3&limit=4&wait_ms=10").json()
            #expect(part["output"] == "3456" && part["offset"] == 3 && part["next_offset"] == 7)
            let end = try await client.get("\(path)/output?offset=10").json()
            #expect(end["output"] == "" && end["next_offset"] == 10)
            for (query, field) in [
                ("offset=-1", "offset"), ("limit=0", "limit"), ("limit=1048577", "limit"), ("wait_ms=60001", "wait_ms"),
                ("output_encoding=x", "output_encoding"), ("from=1", "from"),
            ] {
                let answer = try await client.get("\(path)/output?\(query)")
                #expect(answer.status == .badRequest)
                #expect(try answer.string("field") == field)
            }
        }
    }

    /// A reader who joins the parts has what was written, wherever they were cut.
    @Test(arguments: 2...6) func textIsNotCutWithinCharacters(_ limit: Int) async throws {
        let written = "aé日🐦z"
        _ = try await withProcess(written) { client, path in
            var text = ""
            var offset = 0
            while offset < written.utf8.count {
                let part = try await client.get("\(path)/output?offset=\(offset)&limit=\(max(limit, 4))").json()
                guard case .string(let piece)? = part["output"], case .integer(let next)? = part["next_offset"] else {
                    Issue.record("\(part)")
                    return
                }
                #expect(next > offset)
                text += piece
                offset = next
            }
            #expect(text == written)
            // Less than a character at a time does not hold the reader up.
            let least = try await client.get("\(path)/output?offset=1&limit=1").json()
            #expect(least["output"] == "\u{FFFD}" && least["next_offset"] == 2)
        }
    }

    @Test func inputIsPassedOn() async throws {
        let sessions = try await withProcess("cat") { client, path in
            let text = try await client.post(#"{"data": "é\n"}"#, to: "\(path)/stdin")
            #expect(try text.json() == ["pid": 11, "written_bytes": 3, "closed": false])
            let end = try await client.post(
                #"{"data": "AP8=", "encoding": "base64", "close": true}"#, to: "\(path)/stdin")
            #expect(try end.json() == ["pid": 11, "written_bytes": 2, "closed": true])
            #expect(try await client.post(#"{"close": true}"#, to: "\(path)/stdin").status == .ok)
            for (body, field) in [
                ("{}", "data"), (#"{"data": ""}"#, "data"), (#"{"data": "!", "encoding": "base64"}"#, "data"),
                (#"{"data": 1}"#, "data"), (#"{"text": "x"}"#, "text"),
            ] {
                let answer = try await client.post(body, to: "\(path)/stdin")
                #expect(answer.status == .badRequest)
                #expect(try answer.string("field") == field)
            }
        }
        #expect(sessions.inputs.map(\.bytes) == [Array("é\n".utf8), [0, 255], []])
        #expect(sessions.inputs.map(\.closes) == [false, true, true])
    }

    @Test func signalsHaveNamesAndNumbers() async throws {
        let sessions = try await withProcess("sleep 5") { client, path in
            for signal in [#""TERM""#, #""SIGINT""#, #""sigkill""#, "64"] {
                let answer = try await client.post(#"{"signal": \#(signal)}"#, to: "\(path)/signal")
                #expect(answer.status == .ok, "\(signal)")
                #expect(try answer.json()["pid"] == 11)
            }
            for signal in ["0", "-9", "65", "1.5", #""NOPE""#, #""""#, "null", "[]", "1e99"] {
                let answer = try await client.post(#"{"signal": \#(signal)}"#, to: "\(path)/signal")
                #expect(answer.status == .badRequest, "\(signal)")
                #expect(try answer.string("field") == "signal")
            }
        }
        #expect(sessions.signals.map(\.number) == [15, 2, 9, 64])
    }

    @Test func endingAnswersHowItEnded() async throws {
        let sessions = try await withProcess("sleep 5") { client, path in
            let answer = try await client.send(.delete, path)
            #expect(answer.status == .ok)
            #expect(try answer.json()["state"] == "ended" && answer.json()["status"] == "cancelled")
            #expect(try answer.json()["activity"] == .null)
        }
        #expect(sessions.signals.map(\.number) == [nil])
    }
}
