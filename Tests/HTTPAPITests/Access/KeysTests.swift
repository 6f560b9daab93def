import HTTPTypes
import HummingbirdTesting
import Isolation
import Sessions
import Testing

@testable import HTTPAPI

@Suite struct KeysTests {
    private let admin: HTTPFields = [.xAPIKey: "correct horse", .contentType: "application/json"]

    private func server() throws -> TestServer { try TestServer(anonymous: .refused, configuredKey: "correct horse") }

    @Test func aKeyIsShownOnceAndWorksUntilItIsRevoked() async throws {
        let server = try server()
        try await server.test { client in
            let made = try await client.post(
                #"{"name": "ann", "expires_in": 3600, "quota": {"runs_per_minute": 7}}"#, to: "/api/v1/keys",
                headers: admin)
            #expect(made.status == .created)
            let (key, id) = (try #require(try made.string("key")), try #require(try made.string("id")))
            #expect(made.headers[.location] == "/api/v1/keys/\(id)")
            #expect(try made.string("role") == "user")
            #expect(try made.json()["quota"]?["runs_per_minute"] == 7)
            #expect(try made.json()["quota"]?["concurrent_runs"] == 4)
            #expect(try await client.get("/languages", headers: [.xAPIKey: key]).status == .ok)

            for path in ["/api/v1/keys", "/api/v1/keys/\(id)"] {
                let shown = try await client.get(path, headers: admin)
                #expect(shown.status == .ok)
                #expect(shown.body.contains(id) && !shown.body.contains(key))
            }
            for _ in 1...2 {
                let revoked = try await client.send(.delete, "/api/v1/keys/\(id)", headers: admin)
                #expect(revoked.status == .ok)
                #expect(try revoked.string("state") == "revoked")
            }
            #expect(try await client.get("/languages", headers: [.xAPIKey: key]).status == .unauthorized)
        }
    }

    @Test(arguments: [
        (#"{}"#, "name"), (#"{"name": ""}"#, "name"), (#"{"name": "a", "role": "root"}"#, "role"),
        (#"{"name": "a", "expires_in": 0}"#, "expires_in"), (#"{"name": "a", "expires_in": -5}"#, "expires_in"),
        (#"{"name": "a", "expires_in": 1e300}"#, "expires_in"), (#"{"name": "a", "colour": 1}"#, "colour"),
        (#"{"name": "a", "quota": {"runs_per_minute": -1}}"#, "quota.runs_per_minute"),
        (#"{"name": "a", "quota": {"disk_mb": 0.5}}"#, "quota.disk_mb"),
        (#"{"name": "a", "quota": {"runs": 1}}"#, "quota.runs"),
    ])
    func aWrongWishIsNamed(_ body: String, _ field: String) async throws {
        let server = try server()
        try await server.test { client in
            let answer = try await client.post(body, to: "/api/v1/keys", headers: admin)
            #expect(answer.status == .badRequest)
            #expect(try answer.string("field") == field)
        }
        #expect(await server.store.keys().isEmpty)
    }

    @Test(arguments: ["nonsense", "key_0", "key_" + String(repeating: "0", count: 32)])
    func anUnknownKeyIs404(_ id: String) async throws {
        try await server().test { client async throws in
            for method in [HTTPRequest.Method.get, .delete] {
                #expect(try await client.send(method, "/api/v1/keys/\(id)", headers: admin).status == .notFound)
            }
        }
    }

    @Test func everybodySeesTheirOwnQuotaAndWhatTheyUse() async throws {
        let server = try server()
        let (key, secret) = try await server.keys.create(try NewKey(name: "ann"), by: .commandLine)
        server.quotas.charge(.seconds(90), to: .key(key.id))
        try await server.test { client in
            let own = try await client.get("/api/v1/keys/self", headers: [.xAPIKey: secret.text])
            #expect(try own.string("owner") == key.id.description)
            #expect(try own.json()["quota"]?["cpu_seconds_per_hour"] == 600)
            #expect(try own.json()["usage"]?["cpu_seconds_per_hour"] == 90)
            let configured = try await client.get("/api/v1/keys/self", headers: admin)
            #expect(try configured.string("owner") == "configured_key")
            #expect(try configured.json()["usage"]?["cpu_seconds_per_hour"] == 0)
        }
        try await TestServer().test { client in
            let unbounded = try await client.get("/api/v1/keys/self").json()["quota"]
            #expect(unbounded?["cpu_seconds_per_hour"] == .null)
            #expect(unbounded?["disk_mb"] == .null)
        }
    }

    // MARK: The audit log

    @Test func theAuditLogTellsWhoDidWhatAndNoSecret() async throws {
        let server = try server()
        try await server.test { client in
            let made = try await client.post(#"{"name": "ann"}"#, to: "/api/v1/keys", headers: admin)
            let key = try #require(try made.string("key"))
            _ = try await client.get("/api/v1/keys", headers: [.xAPIKey: key])
            _ = try await client.get("/languages", headers: [.xAPIKey: "guess-1234"])
            let log = try await client.get("/api/v1/audit", headers: admin)
            let entries = try #require(try log.json()["entries"]?.elements)
            #expect(entries.map { $0["action"] } == ["sign_in", "access", "key.create"])
            #expect(entries.map { $0["decision"] } == ["denied", "denied", "allowed"])
            #expect(entries[0]["owner"] == .null)
            #expect(try entries[1]["owner"] == made.json()["id"])
            #expect(entries[2]["owner"] == "configured_key")
            #expect(entries[0]["outcome"] == "unknown key")
            #expect(entries[2]["actor"] == "API_KEY")
            for secret in [key, "guess-1234", "correct horse"] { #expect(!log.body.contains(secret)) }

            let page = try await client.get("/api/v1/audit?limit=1", headers: admin).json()
            #expect(page["entries"]?.elements == [entries[0]])
            let next = try #require(page["next"])
            guard case .integer(let number) = next else { Issue.record("no next"); return }
            let second = try await client.get("/api/v1/audit?limit=1&before=\(number)", headers: admin).json()
            #expect(second["entries"]?.elements == [entries[1]])
            let created = try await client.get("/api/v1/audit?action=key.create", headers: admin).json()
            #expect(created["entries"]?.elements == [entries[2]])
            #expect(created["next"] == .null)
        }
    }

    @Test(arguments: ["limit=0", "limit=1001", "before=x", "before=0", "action=x", "decision=maybe", "owner=me", "a=b"])
    func aQueryOfTheAuditLogThatMeansNothingIsRefused(_ query: String) async throws {
        try await server().test { client async throws in
            #expect(try await client.get("/api/v1/audit?\(query)", headers: admin).status == .badRequest)
        }
    }
}
