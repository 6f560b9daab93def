import HTTPTypes
import HummingbirdTesting
import Isolation
import Sessions
import Testing

@testable import HTTPAPI

@Suite(.timeLimit(.minutes(2))) struct TerminalTests {
    private func path(_ id: SessionID) -> String { "/api/v1/sessions/\(id)/terminal" }

    /// Takes the first two messages: which terminal it is, and the head of the replay.
    private func begin(
        _ id: SessionID, over socket: WebSocketConnection, query: String = "", headers: String = ""
    ) async throws -> (terminal: String, replay: String) {
        let head = try await socket.ask(path(id) + query, headers: headers)
        try #require(head.hasPrefix("HTTP/1.1 101 "), "\(head)")
        let terminal = try #require(try await socket.receiveMessage())
        let replay = try #require(try await socket.receiveMessage())
        #expect(terminal.opcode == WebSocketConnection.text && replay.opcode == WebSocketConnection.text)
        let json = try JSONParser.parse(terminal.payload)
        guard case .string(let name)? = json["terminal"]?["id"] else { throw WebSocketConnection.Ended() }
        return (name, replay.text)
    }

    @Test func bytesGoBothWays() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { socket in
                let (terminal, replay) = try await begin(id, over: socket)
                #expect(TerminalID(terminal) != nil)
                #expect(replay == #"{"replay":{"bytes":0,"truncated":false}}"#)
                try await socket.send(WebSocketConnection.binary, [0, 255, 10])
                #expect(try await socket.receiveMessage()?.payload == [0, 255, 10])
                try await socket.send(WebSocketConnection.text, Array(#"{"resize":{"columns":132,"rows":50}}"#.utf8))
                try await socket.type("x")
                try await socket.read(through: "x")
                #expect(server.sessions.terminals(of: id).first?.size == TerminalSize(rows: 50, columns: 132))
            }
        }
    }

    @Test func aLargeMessageArrivesWhole() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { socket in
                _ = try await begin(id, over: socket)
                let bytes = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 / 251) }
                try await socket.send(WebSocketConnection.binary, bytes)
                var shown: [UInt8] = []
                while shown.count < bytes.count, let frame = try await socket.receiveMessage() {
                    shown += frame.payload
                }
                #expect(shown == bytes)
            }
        }
    }

    @Test func whoComesBackSeesWhatWasShown() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            let terminal = try await live.connectWebSocket { socket in
                let (terminal, _) = try await begin(id, over: socket, query: "?columns=100&rows=30")
                try await socket.type("hello")
                try await socket.read(through: "hello")
                return terminal
            }
            #expect(server.sessions.terminals(of: id).first?.size == TerminalSize(rows: 30, columns: 100))
            try await live.connectWebSocket { socket in
                let (again, replay) = try await begin(id, over: socket, query: "?terminal=\(terminal)")
                #expect(again == terminal)
                #expect(replay == #"{"replay":{"bytes":5,"truncated":false}}"#)
                #expect(try await socket.receiveMessage()?.text == "hello")
            }
        }
        #expect(server.sessions.terminals(of: id).count == 1)
    }

    @Test func severalSeeTheSame() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { first in
                let (terminal, _) = try await begin(id, over: first)
                try await live.connectWebSocket { second in
                    _ = try await begin(id, over: second, query: "?terminal=\(terminal)")
                    try await second.type("from the second")
                    try await first.read(through: "from the second")
                    try await second.read(through: "from the second")
                    server.sessions.terminals(of: id).first?.tell(.missed(12))
                    #expect(try await first.receiveMessage()?.text == #"{"missed":12}"#)
                    server.sessions.terminals(of: id).first?.tell(.resized(TerminalSize(rows: 2, columns: 3)))
                    #expect(try await first.receiveMessage()?.text == #"{"resize":{"columns":3,"rows":2}}"#)
                }
            }
        }
    }

    @Test func theShellsEndIsTold() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { socket in
                _ = try await begin(id, over: socket)
                try await socket.type("exit")
                #expect(try await socket.receiveMessage()?.text == #"{"exit":{"status":7}}"#)
                #expect(try await socket.receiveClose()?.code == 1000)
            }
            try await live.connectWebSocket { socket in
                _ = try await begin(id, over: socket)
                try await server.sessions.end(id, by: .local)
                #expect(try await socket.receiveMessage()?.text == #"{"exit":{"status":null}}"#)
                #expect(try await socket.receiveClose()?.code == 1000)
            }
        }
    }

    /// Also for clients that do not read, for which the answer to anything else would come too late.
    @Test func shuttingDownSaysSoAndEnds() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { reading in
                try await live.connectWebSocket { stuck in
                    _ = try await begin(id, over: reading)
                    _ = try await begin(id, over: stuck)
                    try await stuck.type("flood")
                    try await reading.type("x")
                    try await reading.read(through: "x")
                    await live.shutDown()
                    let close = try await reading.receiveClose()
                    #expect(close?.code == 1001 && close?.reason == "the server is shutting down")
                }
            }
        }
        #expect(server.sessions.terminals(of: id).allSatisfy { $0.viewers.isEmpty })
    }

    @Test func twoHundredAtOnce() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try await live.connectWebSocket { socket in
                            _ = try await begin(id, over: socket)
                            try await socket.type("number \(number)")
                            try await socket.read(through: "number \(number)")
                            // Some leave properly, some do not.
                            if number.isMultiple(of: 2) {
                                try await socket.send(WebSocketConnection.close, [3, 232])
                                #expect(try await socket.receiveClose()?.code == 1000)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(server.sessions.terminals(of: id).count == 200)
        #expect(server.sessions.terminals(of: id).allSatisfy { $0.viewers.isEmpty })
    }

    @Test(arguments: ["columns=0", "columns=65536", "rows=x", "size=1", "rows=1&rows=2"])
    func theQueryIsChecked(_ query: String) async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.test { client async throws in
            #expect(try await client.get("\(path(id))?\(query)").status == .badRequest)
        }
    }

    @Test func terminalsAreListedAndEnded() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { socket in
                let (terminal, _) = try await begin(id, over: socket)
                try await server.test { client in
                    let list = try await client.get("\(path(id))s").json()["terminals"]?.elements
                    #expect(list?.count == 1)
                    #expect(list?.first?["id"] == .string(terminal) && list?.first?["viewers"] == 1)
                    #expect(list?.first?["columns"] == 80 && list?.first?["exit_code"] == .null)
                    for wrong in ["x", "term_\(String(repeating: "0", count: 32))"] {
                        #expect(try await client.send(.delete, "\(path(id))s/\(wrong)").status == .notFound)
                    }
                    #expect(try await client.send(.delete, "\(path(id))s/\(terminal)").status == .noContent)
                }
                #expect(try await socket.receiveMessage()?.text == #"{"exit":{"status":129}}"#)
                #expect(try await socket.receiveClose()?.code == 1000)
            }
        }
    }

    // MARK: Who may

    @Test func foreignPagesMayNotAttach() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            // `ask` says that the host is “a”.
            for (origin, status) in [
                ("http://evil.example", "403"), ("null", "403"), ("http://a.evil", "403"), ("http://a", "101"),
            ] {
                try await live.connectWebSocket { socket in
                    let head = try await socket.ask(path(id), headers: "Origin: \(origin)\r\n")
                    #expect(head.hasPrefix("HTTP/1.1 \(status) "), "\(origin)")
                }
            }
        }
    }

    @Test func aKeyIsNeededAndOneThatIsRevokedEndsIt() async throws {
        let server = try TestServer(anonymous: .refused, configure: { $0.keyCheckInterval = .milliseconds(10) })
        let (key, secret) = try await server.keys.create(try NewKey(name: "n"), by: .commandLine)
        let id = server.sessions.add(.key(key.id))
        try await server.live { live in
            try await live.connectWebSocket { socket async throws -> Void in
                #expect(try await socket.ask(path(id)).hasPrefix("HTTP/1.1 401 "))
            }
            try await live.connectWebSocket { socket in
                _ = try await begin(id, over: socket, headers: "X-API-Key: \(secret.text)\r\n")
                try await socket.type("in")
                try await socket.read(through: "in")
                _ = try await server.keys.revoke(key.id, by: .commandLine)
                #expect(try await socket.receiveClose()?.code == 1008)
            }
        }
    }
}
