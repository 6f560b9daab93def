import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Isolation
import Sessions
import Testing

@testable import HTTPAPI

@Suite struct AccessTests {
    private let run = #"{"code": "hello", "language": "bash"}"#

    private func json(_ headers: HTTPFields) -> HTTPFields {
        var headers = headers
        headers[.contentType] = "application/json"
        return headers
    }

    // MARK: Keys

    @Test func everyRouteNeedsAKeyButThoseThatSayHowTheServerIs() async throws {
        let server = try TestServer(anonymous: .refused)
        let open = server.api.routes.filter { $0.access == .everybody }.map(\.path)
        #expect(Set(open) == ["/", "/health", "/ready", "/openapi.yaml", "/api/v1/sign-in", "/api/v1/sign-out"])
        try await server.test { client in
            for route in server.api.routes {
                let path = route.path.replacing("{id}", with: "run_0")
                let answer = try await client.send(route.method, path)
                guard route.access != .everybody else {
                    #expect(answer.status != .unauthorized, "\(path)")
                    continue
                }
                #expect(answer.status == .unauthorized, "\(path)")
                #expect(try answer.string("code") == "unauthorized")
                #expect(answer.headers[.wwwAuthenticate] == "Bearer realm=\"sandmartin\"")
            }
        }
    }

    @Test func aKeyIsTakenFromEitherHeader() async throws {
        let server = try TestServer(anonymous: .refused)
        let (_, secret) = try await server.keys.create(try NewKey(name: "n"), by: .commandLine)
        try await server.test { client in
            for headers: HTTPFields in [
                [.authorization: "Bearer \(secret.text)"], [.authorization: "bearer  \(secret.text) "],
                [.xAPIKey: secret.text], [.authorization: "Basic dTpw", .xAPIKey: secret.text],
                [.authorization: "Bearer \(secret.text)", .xAPIKey: secret.text],
            ] {
                let answer = try await client.post(run, headers: json(headers))
                #expect(answer.status == .ok, "\(headers)")
            }
            let two = try await client.post(
                run, headers: json([.authorization: "Bearer \(secret.text)", .xAPIKey: "other"]))
            #expect(two.status == .badRequest)
        }
    }

    @Test func aWrongKeyIsRefusedWhateverElseHolds() async throws {
        for anonymous in [Authenticator.Anonymous.refused, .allowed(.unbounded), .allowedWithoutKeys(.unbounded)] {
            try await TestServer(anonymous: anonymous).test { client in
                for headers: HTTPFields in [
                    [.authorization: "Bearer sm_wrong"], [.authorization: "Bearer"], [.xAPIKey: ""],
                    [.xAPIKey: "sm_\u{1}"],
                ] {
                    let answer = try await client.get("/languages", headers: headers)
                    #expect(answer.status == .unauthorized, "\(headers)")
                    #expect(answer.headers[.wwwAuthenticate]?.contains("invalid_token") == true)
                }
            }
        }
    }

    @Test func tooManyWrongKeysHaveToWait() async throws {
        var rate = FailedAttempts.Rate()
        rate.burst = 2
        let server = try TestServer(anonymous: .refused, failures: FailedAttempts(rate))
        try await server.test { client in
            for _ in 0..<2 {
                #expect(try await client.get("/languages", headers: [.xAPIKey: "x"]).status == .unauthorized)
            }
            let answer = try await client.get("/languages", headers: [.xAPIKey: "x"])
            #expect(answer.status == .tooManyRequests)
            #expect(try answer.string("code") == "quota_exceeded")
            #expect(answer.headers[.retryAfter].flatMap { Int($0) }.map { (1...3).contains($0) } == true)
        }
        await server.journal.flush()
        // What the rate keeps out does not fill the audit log.
        #expect(await server.store.entries(AuditQuery(limit: 10)).count == 2)
    }

    @Test func administratorsAloneManageKeysAndReadTheAuditLog() async throws {
        let server = try TestServer(anonymous: .refused)
        let (_, user) = try await server.keys.create(try NewKey(name: "u"), by: .commandLine)
        let (_, admin) = try await server.keys.create(try NewKey(name: "a", role: .administrator), by: .commandLine)
        try await server.test { client in
            for path in ["/api/v1/keys", "/api/v1/audit"] {
                let refused = try await client.get(path, headers: [.xAPIKey: user.text])
                #expect(refused.status == .forbidden)
                #expect(try refused.string("code") == "forbidden")
                #expect(try await client.get(path, headers: [.xAPIKey: admin.text]).status == .ok)
            }
        }
        try await TestServer().test { client async throws in
            #expect(try await client.get("/api/v1/keys").status == .forbidden)
        }
    }

    // MARK: Pages of others

    @Test(arguments: [
        "http://evil.example", "null", "", "http://localhost:7860.evil.example", "https://localhost:7861", "garbage",
    ])
    func aPageOfSomebodyElseCannotChangeAnything(_ origin: String) async throws {
        let server = try TestServer()
        try await server.test { client in
            let answer = try await client.post(
                run, headers: json([.origin: origin]))
            #expect(answer.status == .forbidden)
            #expect(try answer.string("code") == "forbidden")
        }
        #expect(server.executions.requests.isEmpty)
        await server.journal.flush()
        #expect(await server.store.entries(AuditQuery(limit: 10)).map(\.event.decision) == [.denied])
    }

    @Test func allowedPagesCan() async throws {
        let server = try TestServer { $0.allowedOrigins = ["https://school.example"] }
        try await server.test { client in
            for origin in ["https://school.example", "https://School.example"] {
                let answer = try await client.post(run, headers: json([.origin: origin]))
                #expect(answer.status == .ok)
            }
        }
    }

    @Test(arguments: [
        ("http://localhost:7860", "localhost:7860", true), ("http://martin.example", "martin.example", true),
        ("http://martin.example", "other.example", false), ("http://evil.example", nil, false),
    ])
    func aPageIsTheServersOwnIfItsHostIs(_ origin: String, _ host: String?, _ isOwn: Bool) throws {
        let rule = OriginRule(allowed: [])
        let request = Request.sample(.post, host: host, origin: origin)
        if isOwn {
            try rule.check(request)
        } else {
            #expect(throws: APIError.self) { try rule.check(request) }
        }
        // Reading tells a page of somebody else nothing: the browser keeps the answer from it.
        try rule.check(.sample(.get, host: host, origin: origin))
    }

    @Test func aWebSocketIsNoMereReading() {
        let request = Request.sample(.get, host: "a", origin: "http://b", upgrade: true)
        #expect(throws: APIError.self) { try OriginRule(allowed: []).check(request) }
    }

    @Test(arguments: [
        ("localhost:7860", true), ("127.0.0.1:7860", true), ("[::1]:7860", true), ("a.localhost", true),
        ("evil.example", false), ("evil.example:7860", false), ("127.0.0.1.evil.example", false),
        ("school.example", true),
    ])
    func aServerThatTrustsItsMachineAnswersToNamesOfTheMachineAlone(_ host: String, _ isAnswered: Bool) throws {
        let rule = OriginRule(allowed: ["https://school.example"])
        let request = Request.sample(.get, host: host)
        if isAnswered {
            try rule.checkHost(request)
        } else {
            #expect(throws: APIError.self) { try rule.checkHost(request) }
        }
    }

    @Test func atTheMachineNoKeyIsNeededUntilThereIsOne() async throws {
        let server = try TestServer(anonymous: .allowedWithoutKeys(.unbounded))
        try await server.live { live in
            try await live.connect { connection in
                try await connection.sendRun("hello", headers: "")
                #expect(try await connection.readAnswer().head.hasPrefix("HTTP/1.1 403"))
            }
        }
        try await server.test { client async throws in
            #expect(try await client.get("/languages").status == .ok)
        }
        _ = try await server.keys.create(try NewKey(name: "n"), by: .commandLine)
        try await server.test { client async throws in
            #expect(try await client.get("/languages").status == .unauthorized)
        }
    }

    // MARK: Owners

    @Test func whatBelongsToSomebodyElseIsNotThere() async throws {
        let server = try TestServer(anonymous: .refused)
        let (_, one) = try await server.keys.create(try NewKey(name: "1"), by: .commandLine)
        let (_, two) = try await server.keys.create(try NewKey(name: "2", role: .administrator), by: .commandLine)
        try await server.test { client in
            let answer = try await client.post(
                #"{"code": "wait", "language": "bash", "async": true}"#, headers: json([.xAPIKey: one.text]))
            let id = try #require(try answer.string("execution_id"))
            for method in [HTTPRequest.Method.get, .delete] {
                let foreign = try await client.send(method, "/api/v1/runs/\(id)", headers: [.xAPIKey: two.text])
                #expect(foreign.status == .notFound)
            }
            let listed = try await client.get("/api/v1/runs", headers: [.xAPIKey: two.text])
            #expect(try listed.json()["runs"] == [])
            let own = try await client.get("/api/v1/runs", headers: [.xAPIKey: one.text])
            #expect(try own.json()["runs"]?.elements.map { $0["execution_id"] } == [.string(id)])
            #expect(try await client.send(.delete, "/api/v1/runs/\(id)", headers: [.xAPIKey: one.text]).status == .ok)
        }
    }

    @Test func aQuotaAndABusyMachineAreToldApart() async throws {
        try await TestServer().test { client in
            let quota = try await client.post(#"{"code": "quota", "language": "bash"}"#)
            #expect(quota.status == .tooManyRequests)
            #expect(quota.headers[.retryAfter] == "42")
            #expect(try quota.string("code") == "quota_exceeded")
            let busy = try await client.post(#"{"code": "busy", "language": "bash"}"#)
            #expect(busy.status == .serviceUnavailable)
            #expect(busy.headers[.retryAfter] == "5")
            #expect(try busy.string("error")?.contains("memory is used to 97 %") == true)
        }
    }
}
