import HTTPTypes
import HummingbirdTesting
import Sessions
import Testing

@testable import HTTPAPI

@Suite(.timeLimit(.minutes(1))) struct SignInTests {
    private let page = "http://here"

    /// A server that answers to `here`, with one key.
    private func server(
        _ configure: (inout APIServer.Configuration) -> Void = { _ in }
    ) async throws -> (TestServer, KeyRecord, secret: String) {
        let server = try TestServer(anonymous: .refused, configure: configure)
        let (key, secret) = try await server.keys.create(try NewKey(name: "n"), by: .commandLine)
        return (server, key, secret.text)
    }

    private func signIn(
        _ secret: String, _ client: any TestClientProtocol, _ more: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = more
        headers[.contentType] = "application/json"
        return try await client.post(#"{"key": "\#(secret)"}"#, to: "/api/v1/sign-in", headers: headers)
    }

    private func cookie(_ answer: Answer) -> String {
        String((answer.headers[.setCookie] ?? "").prefix { $0 != ";" })
    }

    @Test func aKeyIsExchangedForACookie() async throws {
        let (server, key, secret) = try await server()
        try await server.test { client in
            let answer = try await signIn(secret, client)
            #expect(answer.status == .ok)
            #expect(try answer.string("owner") == key.id.description && answer.string("role") == "user")
            #expect(try answer.string("expires_at") == "2023-11-15T10:13:20.250Z")
            let attributes = try #require(answer.headers[.setCookie])
            #expect(attributes.hasPrefix("sandmartin="))
            #expect(attributes.hasSuffix("; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict"))
            #expect(!attributes.contains(secret) && !answer.body.contains(secret))
            let own = try await client.get("/api/v1/keys/self", headers: [.cookie: "a=b; \(cookie(answer)); c=d"])
            #expect(try own.string("owner") == key.id.description)
            // Without it there is nobody.
            #expect(try await client.get("/api/v1/keys/self").status == .unauthorized)
        }
    }

    @Test func overHTTPSTheCookieIsKeptToIt() async throws {
        let (server, _, secret) = try await server { $0.allowedOrigins = ["https://here"] }
        try await server.test { client async throws -> Void in
            for headers: HTTPFields in [[.origin: "https://here"], [.xForwardedProto: "https"]] {
                #expect(try await signIn(secret, client, headers).headers[.setCookie]?.hasSuffix("; Secure") == true)
            }
            #expect(try await signIn(secret, client).headers[.setCookie]?.contains("Secure") == false)
        }
    }

    @Test func aWrongKeyGetsNothingAndCounts() async throws {
        var rate = FailedAttempts.Rate()
        rate.burst = 2
        let server = try TestServer(anonymous: .allowed(.unbounded), failures: FailedAttempts(rate))
        try await server.test { client in
            for _ in 0..<2 {
                let answer = try await signIn("sm_wrong", client)
                #expect(answer.status == .unauthorized && answer.headers[.setCookie] == nil)
            }
            #expect(try await signIn("sm_wrong", client).status == .tooManyRequests)
            for body in ["{}", #"{"key": 1}"#, #"{"key": "a", "name": "b"}"#, ""] {
                #expect(try await client.post(body, to: "/api/v1/sign-in").status == .badRequest)
            }
        }
    }

    @Test func signingOutEndsIt() async throws {
        let (server, _, secret) = try await server()
        try await server.test { client in
            let cookie = cookie(try await signIn(secret, client))
            let out = try await client.post("", to: "/api/v1/sign-out", headers: [.cookie: cookie])
            #expect(out.status == .ok)
            #expect(out.headers[.setCookie]?.hasPrefix("sandmartin=; Max-Age=0;") == true)
            let after = try await client.get("/api/v1/keys/self", headers: [.cookie: cookie])
            #expect(after.status == .unauthorized)
            // What is good for nothing is taken away, so that it is not in the way.
            #expect(after.headers[.setCookie]?.hasPrefix("sandmartin=; Max-Age=0;") == true)
            #expect(try await client.post("", to: "/api/v1/sign-out", headers: [:]).status == .ok)
        }
    }

    @Test func aRevokedKeyEndsIt() async throws {
        let (server, key, secret) = try await server()
        try await server.test { client in
            let cookie = cookie(try await signIn(secret, client))
            #expect(try await client.get("/languages", headers: [.cookie: cookie]).status == .ok)
            _ = try await server.keys.revoke(key.id, by: .commandLine)
            #expect(try await client.get("/languages", headers: [.cookie: cookie]).status == .unauthorized)
        }
    }

    @Test func aMadeUpCookieIsNobodyEvenWhereNobodyIsLetIn() async throws {
        for anonymous in [Authenticator.Anonymous.refused, .allowed(.unbounded), .allowedWithoutKeys(.unbounded)] {
            try await TestServer(anonymous: anonymous).test { client in
                let made = String(repeating: "0", count: 64)
                let answer = try await client.get("/languages", headers: [.cookie: "sandmartin=\(made)"])
                #expect(answer.status == .unauthorized)
                #expect(answer.headers[.setCookie]?.contains("Max-Age=0") == true)
            }
        }
    }

    @Test func aKeyCountsMoreThanACookie() async throws {
        let (server, _, secret) = try await server()
        let (other, otherSecret) = try await server.keys.create(try NewKey(name: "o"), by: .commandLine)
        try await server.test { client in
            let cookie = cookie(try await signIn(secret, client))
            let own = try await client.get(
                "/api/v1/keys/self", headers: [.cookie: cookie, .xAPIKey: otherSecret.text])
            #expect(try own.string("owner") == other.id.description)
            let wrong = try await client.get("/api/v1/keys/self", headers: [.cookie: cookie, .xAPIKey: "sm_wrong"])
            #expect(wrong.status == .unauthorized)
        }
    }

    /// A browser sends a cookie whoever makes it do so; only pages of this server may.
    @Test func withACookieChangesMustComeFromAPageOfThisServer() async throws {
        let (server, _, secret) = try await server { $0.allowedOrigins = ["http://friend"] }
        try await server.test { client in
            let cookie = cookie(try await signIn(secret, client))
            for (origin, status) in [
                (nil, HTTPResponse.Status.forbidden), ("http://evil", .forbidden), ("null", .forbidden),
                ("http://friend", .created),
            ] {
                var headers: HTTPFields = [.cookie: cookie, .contentType: "application/json"]
                headers[.origin] = origin
                let answer = try await client.post("{}", to: "/api/v1/sessions", headers: headers)
                #expect(answer.status == status, "\(origin ?? "none")")
            }
            // Reading changes nothing, and no other page can see the answer.
            #expect(try await client.get("/api/v1/sessions", headers: [.cookie: cookie]).status == .ok)
            let (evil, key) = (
                try await signIn(secret, client, [.origin: "http://evil"]),
                try await client.post(
                    "{}", to: "/api/v1/sessions", headers: [.xAPIKey: secret, .contentType: "application/json"])
            )
            #expect(evil.status == .forbidden && evil.headers[.setCookie] == nil)
            #expect(key.status == .created)
        }
    }

    @Test func aTerminalIsReachedWithTheCookie() async throws {
        let (server, key, secret) = try await server { $0.keyCheckInterval = .milliseconds(10) }
        let id = server.sessions.add(.key(key.id))
        let cookie = cookie(try await server.test { try await signIn(secret, $0) })
        try await server.live { live in
            for origin in ["", "Origin: http://evil\r\n"] {
                try await live.connectWebSocket { socket in
                    let head = try await socket.ask(
                        "/api/v1/sessions/\(id)/terminal", headers: "Cookie: \(cookie)\r\n\(origin)")
                    #expect(head.hasPrefix("HTTP/1.1 403 "))
                }
            }
            try await live.connectWebSocket { socket in
                let head = try await socket.ask(
                    "/api/v1/sessions/\(id)/terminal", headers: "Cookie: \(cookie)\r\nOrigin: http://a\r\n")
                #expect(head.hasPrefix("HTTP/1.1 101 "))
                try await socket.type("in")
                try await socket.read(through: "in")
                // Signing out ends what is open, too.
                _ = try await server.test {
                    try await $0.post("", to: "/api/v1/sign-out", headers: [.cookie: cookie])
                }
                #expect(try await socket.receiveClose()?.code == 1008)
            }
        }
    }

    // MARK: What is kept

    @Test func oldOnesGiveWay() throws {
        let signIns = SignIns(lifetime: .seconds(10), maximum: 3, perKey: 2)
        let (start, first, second) = (WallTime(milliseconds: 0), KeyDigest(of: "a"), KeyDigest(of: "b"))
        let tickets = (0..<3).map { _ in signIns.begin(with: first, at: start) }
        #expect(signIns.key(of: tickets[0].token, at: start) == nil)
        #expect(signIns.key(of: tickets[2].token, at: start)?.matches(first) == true)
        let others = (0..<2).map { _ in signIns.begin(with: second, at: start) }
        #expect(signIns.key(of: tickets[1].token, at: start) == nil)
        #expect(signIns.key(of: tickets[2].token, at: start) != nil)
        #expect(signIns.key(of: others[1].token, at: start)?.matches(second) == true)
        #expect(signIns.key(of: others[1].token, at: start.advanced(by: .seconds(10))) == nil)
    }

    @Test func everybodySignsInAndOutWithoutKey() async throws {
        let (server, _, _) = try await server()
        let open = server.api.routes.filter { $0.access == .everybody }.map(\.path)
        #expect(open.contains("/api/v1/sign-in") && open.contains("/api/v1/sign-out"))
    }
}
