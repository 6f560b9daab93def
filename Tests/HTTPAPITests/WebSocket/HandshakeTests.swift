import HTTPTypes
import Testing

@testable import HTTPAPI

/// Requests for a WebSocket that are not granted answer like any other, and the connection ends after it.
@Suite(.timeLimit(.minutes(1))) struct HandshakeTests {
    private static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    private static let version = "Sec-WebSocket-Version: 13\r\n"
    private static let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n"

    /// The answer of a terminal's path to a request with these header lines.
    private func answer(_ headers: String, method: String = "GET") async throws -> (head: String, body: String) {
        let server = try TestServer()
        let id = server.sessions.add()
        let answer = try await server.live { live in
            try await live.connect { connection in
                try await connection.send(
                    "\(method) /api/v1/sessions/\(id)/terminal HTTP/1.1\r\nHost: a\r\n\(headers)\r\n")
                let answer = try await connection.readAnswer()
                if headers.contains("Upgrade: ") { #expect(try await connection.readToEnd().isEmpty) }
                return answer
            }
        }
        #expect(server.sessions.terminals(of: id).isEmpty)
        return answer
    }

    @Test(arguments: [
        "", "Upgrade: websocket\r\n" + key + version, "Connection: Upgrade\r\n" + key + version,
        "Upgrade: h2c\r\nConnection: Upgrade\r\n" + key + version, upgrade + key,
        upgrade + key + "Sec-WebSocket-Version: 8\r\n", upgrade + key + version + version,
    ])
    func whatAsksForNoWebSocketIsToldTo(_ headers: String) async throws {
        let (head, body) = try await answer(headers)
        #expect(head.hasPrefix("HTTP/1.1 426 "))
        #expect(head.lowercased().contains("sec-websocket-version: 13"))
        #expect(body.contains(#""code":"upgrade_required""#))
    }

    @Test(arguments: ["", "Sec-WebSocket-Key: x\r\n", "Sec-WebSocket-Key: YWJj\r\n", key + key])
    func aWrongKeyIsNamed(_ key: String) async throws {
        let (head, body) = try await answer(Self.upgrade + Self.version + key)
        #expect(head.hasPrefix("HTTP/1.1 400 "))
        #expect(body.contains(#""field":"Sec-WebSocket-Key""#))
    }

    @Test func aBodyIsNoWebSocket() async throws {
        let (head, _) = try await answer(Self.upgrade + Self.version + Self.key + "Content-Length: 2\r\n\r\nab")
        #expect(head.hasPrefix("HTTP/1.1 426 "))
    }

    @Test func theAnswerProvesThatTheKeyWasRead() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { socket in
                let head = try await socket.ask(
                    "/api/v1/sessions/\(id)/terminal",
                    headers: "Sec-WebSocket-Protocol: chat, sandmartin.terminal.v1\r\n")
                #expect(head.hasPrefix("HTTP/1.1 101 "))
                let fields = head.lowercased()
                // The example of RFC 6455, section 1.3.
                #expect(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
                #expect(fields.contains("upgrade: websocket") && fields.contains("connection: upgrade"))
                #expect(fields.contains("sec-websocket-protocol: sandmartin.terminal.v1"))
                #expect(fields.contains("x-request-id: "))
                #expect(!fields.contains("transfer-encoding") && !fields.contains("content-length"))
            }
        }
    }

    /// Refusals of the session's are answers too, with all that the middleware adds.
    @Test func whatIsNotThereIsNotFound() async throws {
        try await TestServer().live { live in
            for path in [
                "/api/v1/sessions/ses_\(String(repeating: "0", count: 32))/terminal", "/nothing", "/api/v1/keys",
            ] {
                try await live.connect { connection in
                    try await connection.send(
                        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(Self.upgrade)\(Self.version)\(Self.key)\r\n")
                    let (head, body) = try await connection.readAnswer()
                    #expect(!head.hasPrefix("HTTP/1.1 101 ") && !head.hasPrefix("HTTP/1.1 2"), "\(path)")
                    #expect(body.contains(#""success":false"#))
                    #expect(try await connection.readToEnd().isEmpty)
                }
            }
        }
    }

    /// Also those that ask for something else on the way (`curl --http2`), with a body or without.
    @Test func aRequestThatMentionsAnUpgradeIsAnsweredLikeAnyOther() async throws {
        let server = try TestServer()
        try await server.live { live in
            for protocols in ["h2c", "websocket"] {
                try await live.connect { connection in
                    try await connection.send(
                        "GET /ready HTTP/1.1\r\nHost: a\r\nUpgrade: \(protocols)\r\nConnection: Upgrade\r\n\r\n")
                    #expect(try await connection.readAnswer().head.hasPrefix("HTTP/1.1 200 "))
                    #expect(try await connection.readToEnd().isEmpty)
                }
                try await live.connect { connection in
                    try await connection.sendRun(
                        "hello", headers: "Upgrade: \(protocols)\r\nConnection: Upgrade\r\n")
                    #expect(try await connection.readAnswer().body.contains(#""stdout":"hello""#))
                }
            }
        }
    }

    /// The answers to requests that came before are not taken for the answer to this one.
    @Test func requestsBeforeItAreAnsweredFirst() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { socket in
                let before = "GET /ready HTTP/1.1\r\nHost: a\r\nX-Request-Id: "
                let head = try await socket.ask(
                    "/ready HTTP/1.1\r\nHost: a\r\nX-Request-Id: one\r\n\r\n\(before)two\r\n\r\n"
                        + "GET /api/v1/sessions/\(id)/terminal")
                #expect(head.contains("X-Request-Id: one"))
                #expect(try await socket.readHead().contains("X-Request-Id: two"))
                #expect(try await socket.readHead().contains("HTTP/1.1 101 "))
                #expect(try await socket.receiveMessage()?.text.contains("terminal") == true)
            }
        }
    }
}
