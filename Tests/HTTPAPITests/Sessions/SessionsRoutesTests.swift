import HTTPTypes
import HummingbirdTesting
import Isolation
import NIOCore
import Sessions
import Testing

@testable import HTTPAPI

@Suite struct SessionsRoutesTests {
    private let path = "/api/v1/sessions"

    private func send(
        _ method: HTTPRequest.Method, _ uri: String, _ body: String, to client: any TestClientProtocol
    ) async throws -> Answer {
        Answer(
            try await client.execute(
                uri: uri, method: method, headers: [.contentType: "application/json"], body: .init(string: body)
            ) { $0 })
    }

    @Test func aSessionIsMadeAsAskedFor() async throws {
        try await TestServer().test { client in
            let body = """
                {"name": "parsing", "env": {"LANG": "C"}, "idle_timeout": 60.5, "lifetime": 3600,
                 "limits": {"memory_mb": 64, "processes": 8, "disk_mb": 10}, "metadata": {"ticket": "4711"}}
                """
            let made = try await client.post(body, to: path)
            #expect(made.status == .created)
            let json = try made.json()
            #expect(json["name"] == "parsing" && json["state"] == "active" && json["default"] == false)
            #expect(json["idle_timeout"] == .number(60.5) && json["lifetime"] == 3600)
            #expect(json["limits"] == ["memory_mb": 64, "processes": 8, "disk_mb": 10])
            #expect(json["env"] == ["LANG": "C"] && json["metadata"] == ["ticket": "4711"])
            #expect(json["created_at"] == "2023-11-14T22:13:20.000Z")
            #expect(json["expires_at"] == "2023-11-14T23:13:20.000Z")
            #expect(json["usage"]?["memory_bytes"] == .null)
            let id = try #require(try made.string("id"))
            #expect(made.headers[.location] == "\(path)/\(id)")
            #expect(try await client.get("\(path)/\(id)").json() == json)
        }
    }

    @Test(arguments: ["{}", ""]) func withoutWishesItIsWhatTheServerGives(_ body: String) async throws {
        try await TestServer().test { client in
            let json = try await client.post(body, to: path).json()
            #expect(json["name"] == .null && json["idle_timeout"] == 600 && json["lifetime"] == 7200)
            #expect(json["limits"] == ["memory_mb": 256, "processes": 64, "disk_mb": 512])
        }
    }

    /// A request can only narrow; what is no number at all does not count as “no limit”.
    @Test(arguments: [
        (#"{"name": 1}"#, "name"), (#"{"name": "a\u0007"}"#, "name"),
        (#"{"idle_timeout": 0}"#, "idle_timeout"), (#"{"idle_timeout": -1}"#, "idle_timeout"),
        (#"{"idle_timeout": 3601}"#, "idle_timeout"), (#"{"idle_timeout": 1e999}"#, "idle_timeout"),
        (#"{"idle_timeout": "60"}"#, "idle_timeout"), (#"{"lifetime": 86401}"#, "lifetime"),
        (#"{"lifetime": 0.5}"#, "lifetime"), (#"{"limits": {"memory_mb": 257}}"#, "limits.memory_mb"),
        (#"{"limits": {"memory_mb": 7}}"#, "limits.memory_mb"),
        (#"{"limits": {"memory_mb": 64.5}}"#, "limits.memory_mb"),
        (#"{"limits": {"processes": 0}}"#, "limits.processes"), (#"{"limits": {"processes": 65}}"#, "limits.processes"),
        (#"{"limits": {"disk_mb": 513}}"#, "limits.disk_mb"),
        (#"{"limits": {"disk_mb": 9223372036854775807}}"#, "limits.disk_mb"),
        (#"{"limits": {"cpu_ms": 1}}"#, "limits.cpu_ms"), (#"{"limits": []}"#, "limits"),
        (#"{"env": {"1A": "b"}}"#, "env.1A"), (#"{"env": {"A": 1}}"#, "env.A"),
        (#"{"env": {"A": "\u0000"}}"#, "env.A"), (#"{"metadata": {"": "b"}}"#, "metadata."),
        (#"{"metadata": {"a": 1}}"#, "metadata.a"), (#"{"language": "python"}"#, "language"), ("[]", "body"),
    ])
    func whatIsOutOfRangeIsNamed(_ body: String, _ field: String) async throws {
        let server = try TestServer()
        try await server.test { client async throws in
            let answer = try await client.post(body, to: path)
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == field)
            #expect(try await client.get(path).json()["total"] == 0)
        }
    }

    @Test func tooMuchOfAnythingIsNamed() async throws {
        try await TestServer().test { client in
            let long = String(repeating: "a", count: 101)
            let many = (0...32).map { "\"k\($0)\": \"v\"" }.joined(separator: ", ")
            let big = String(repeating: "x", count: 65 << 10)
            for (body, field) in [
                (#"{"name": "\#(long)"}"#, "name"), (#"{"metadata": {\#(many)}}"#, "metadata"),
                (#"{"metadata": {"a": "\#(big)"}}"#, "metadata.a"), (#"{"env": {"A": "\#(big)"}}"#, "env"),
            ] {
                let answer = try await client.post(body, to: path)
                #expect(answer.status == .badRequest, "\(field)")
                #expect(try answer.string("field") == field)
            }
        }
    }

    @Test func theListHasPagesAndAFilter() async throws {
        let server = try TestServer()
        let ids = ["one", "two", "three"].map { server.sessions.add(name: $0) }
        try await server.test { client in
            let first = try await client.get("\(path)?limit=2").json()
            #expect(first["total"] == 3)
            #expect(first["sessions"]?.elements.map { $0["name"] } == ["three", "two"])
            #expect(first["next"] == .string(ids[1].description))
            let second = try await client.get("\(path)?limit=2&after=\(ids[1])").json()
            #expect(second["sessions"]?.elements.map { $0["name"] } == ["one"])
            #expect(second["next"] == .null)
            #expect(try await client.get("\(path)?name=TW").json()["total"] == 1)
            #expect(try await client.get("\(path)?state=hibernated").json()["total"] == 0)
            #expect(try await client.get("\(path)?state=active").json()["total"] == 3)
        }
    }

    @Test(arguments: [
        ("limit=0", "limit"), ("limit=101", "limit"), ("after=x", "after"), ("state=ended", "state"), ("x=1", "x"),
        ("limit=1&limit=2", "limit"),
    ])
    func theQueryIsChecked(_ query: String, _ field: String) async throws {
        try await TestServer().test { client async throws in
            let answer = try await client.get("\(path)?\(query)")
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == field)
        }
    }

    @Test func aSessionIsRenamedAndExtended() async throws {
        let server = try TestServer()
        let id = server.sessions.add(name: "old")
        try await server.test { client in
            let changed = try await send(.patch, "\(path)/\(id)", #"{"name": "new", "lifetime": 60}"#, to: client)
            #expect(changed.status == .ok)
            #expect(try changed.string("name") == "new")
            #expect(server.sessions.changes.last?.lifetime == .seconds(60))
            #expect(server.sessions.changes.last?.metadata == nil)
            // The empty name is none.
            #expect(try await send(.patch, "\(path)/\(id)", #"{"name": ""}"#, to: client).json()["name"] == .null)
            for (body, field) in [
                ("{}", "body"), (#"{"lifetime": 86401}"#, "lifetime"), (#"{"limits": {}}"#, "limits"),
                (#"{"name": null}"#, "body"),
            ] {
                let answer = try await send(.patch, "\(path)/\(id)", body, to: client)
                #expect(answer.status == .badRequest)
                #expect(try answer.string("field") == field)
            }
        }
    }

    @Test func anEndedSessionIsGone() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.test { client in
            let ended = try await client.send(.delete, "\(path)/\(id)")
            #expect(ended.status == .noContent && ended.body.isEmpty)
            #expect(try await client.get("\(path)/\(id)").status == .notFound)
            #expect(try await client.send(.delete, "\(path)/\(id)").status == .notFound)
        }
    }

    /// What belongs to somebody else, what never was and what has not the form of an identifier look the same.
    @Test func whatIsNotTheCallersIsNotThere() async throws {
        let server = try TestServer()
        let foreign = server.sessions.add(.configuredKey)
        try await server.test { client in
            var answers: Set<String> = []
            for id in ["\(foreign)", "ses_\(String(repeating: "0", count: 32))", "x", "ses_"] {
                for rest in [
                    "", "/processes", "/processes/11", "/processes/11/output", "/terminals", "/events",
                ] {
                    let answer = try await client.get("\(path)/\(id)\(rest)")
                    #expect(answer.status == .notFound, "\(id)\(rest)")
                    answers.insert(try answer.string("error") ?? "")
                }
                for rest in ["/processes/11/stdin", "/processes/11/signal"] {
                    let body = rest.hasSuffix("stdin") ? #"{"data": "x"}"# : #"{"signal": 9}"#
                    #expect(try await client.post(body, to: "\(path)/\(id)\(rest)").status == .notFound)
                }
                #expect(try await client.send(.delete, "\(path)/\(id)").status == .notFound)
            }
            #expect(answers == ["There is no such session: it never was, or it has ended."])
            #expect(try await client.get(path).json()["total"] == 0)
        }
        #expect(server.sessions.signals.isEmpty && server.sessions.inputs.isEmpty)
    }

    @Test func refusalsHaveTheirCodes() async throws {
        try await TestServer().test { client in
            let quota = try await client.post(#"{"name": "quota"}"#, to: path)
            #expect(quota.status == .tooManyRequests && quota.headers[.retryAfter] == "1")
            let broken = try await client.post(#"{"name": "broken"}"#, to: path)
            #expect(broken.status == .internalServerError)
            #expect(try broken.string("code") == "internal")
        }
    }

    @Test func theBoundsAreTold() async throws {
        try await TestServer().test { client in
            let bounds = try await client.get("/security/policy").json()["sessions"]
            #expect(bounds?["idle_timeout"] == ["default": 600, "maximum": 3600])
            #expect(bounds?["limits"]?["disk_mb"] == 512)
            let metrics = try await client.get("/metrics").body
            for line in [
                #"sandmartin_sessions{state="active"} 3"#, #"sandmartin_sessions{state="hibernated"} 1"#,
                "sandmartin_session_commands 2", "sandmartin_terminals 1", "sandmartin_terminal_viewers 5",
            ] { #expect(metrics.contains("\n\(line)\n"), "\(line)") }
            #expect(
                try await client.get("/api/v1/system").json()["sessions"] == [
                    "active": 3, "hibernated": 1, "commands": 2, "terminals": 1, "viewers": 5,
                ])
        }
    }
}
