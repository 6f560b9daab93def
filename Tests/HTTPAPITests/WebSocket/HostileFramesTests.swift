import NIOCore
import Sessions
import Testing

@testable import HTTPAPI

/// What a client must not do closes its socket with the code for it, and harms nobody else.
@Suite(.timeLimit(.minutes(2))) struct HostileFramesTests {
    /// Opens a terminal, runs the test with it, and shows that the next one works.
    private func withTerminal(
        _ configure: @escaping (inout APIServer.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (WebSocketConnection, ScriptedTerminal) async throws -> Void
    ) async throws {
        let server = try TestServer(configure: configure)
        let id = server.sessions.add()
        try await server.live { live in
            for isHostile in [true, false] {
                try await live.connectWebSocket { socket in
                    #expect(try await socket.ask("/api/v1/sessions/\(id)/terminal").hasPrefix("HTTP/1.1 101 "))
                    _ = try await socket.receiveMessage()
                    let terminal = try #require(server.sessions.terminals(of: id).last)
                    guard isHostile else {
                        try await socket.type("hello")
                        try await socket.read(through: "hello")
                        return
                    }
                    try await body(socket, terminal)
                }
            }
        }
        #expect(server.sessions.terminals(of: id).allSatisfy { $0.viewers.isEmpty })
    }

    private func expectClose(
        _ code: Int, _ limits: WebSocketLimits = WebSocketLimits(),
        _ send: @escaping @Sendable (WebSocketConnection) async throws -> Void
    ) async throws {
        try await withTerminal({ $0.webSockets = limits }) { socket, terminal in
            try await send(socket)
            #expect(try await socket.receiveClose()?.code == code)
            socket.finish()
            #expect(try await socket.receive() == nil)
            #expect(terminal.shown.isEmpty)
        }
    }

    private var small: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.message = 100
        return limits
    }

    @Test func framesThatAreNotMasked() async throws {
        try await expectClose(1002) { try await $0.send(WebSocketConnection.binary, [65], isMasked: false) }
    }

    @Test(arguments: [3, 7, 11, 15] as [UInt8]) func unknownKindsOfFrames(_ opcode: UInt8) async throws {
        try await expectClose(1002) { try await $0.send(opcode, [65]) }
    }

    @Test func reservedBits() async throws {
        try await expectClose(1002) { try await $0.send(WebSocketConnection.binary, [65], reserved: 4) }
    }

    @Test func controlFramesThatAreCutOrLong() async throws {
        try await expectClose(1002) { try await $0.send(WebSocketConnection.ping, [65], isLast: false) }
        let long = [UInt8](repeating: 65, count: 126)
        try await expectClose(1002) { try await $0.send(WebSocketConnection.ping, long) }
    }

    @Test func aContinuationOfNothing() async throws {
        try await expectClose(1002) { try await $0.send(0, [65]) }
    }

    @Test func aFrameThatIsTooLarge() async throws {
        let payload = [UInt8](repeating: 65, count: 101)
        try await expectClose(1009, small) { try await $0.send(WebSocketConnection.binary, payload) }
    }

    /// The length is believed no further than the limit: nothing waits for it.
    @Test func aFrameThatClaimsToBeEndless() async throws {
        try await expectClose(1009) { socket in
            try await socket.send([0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4])
        }
        try await expectClose(1009) { socket in
            try await socket.send([0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4])
        }
    }

    @Test func manySmallFramesOfOneMessage() async throws {
        try await expectClose(1009, small) { socket in
            try await socket.send(WebSocketConnection.binary, [65], isLast: false)
            for _ in 0..<100 { try await socket.send(0, [65], isLast: false) }
        }
    }

    @Test func textThatIsNotUTF8() async throws {
        try await expectClose(1007) { try await $0.send(WebSocketConnection.text, [0xFF]) }
    }

    @Test(arguments: [
        "x", "[]", "{}", #"{"resize": {}}"#, #"{"resize": {"columns": 0, "rows": 1}}"#,
        #"{"resize": {"columns": 80, "rows": 65536}}"#, #"{"resize": {"columns": 80, "rows": 24, "x": 1}}"#,
        #"{"run": "ls"}"#, #"{"resize": {"columns": 1.5, "rows": 1}}"#,
    ])
    func textThatIsNoMessageOfOurs(_ text: String) async throws {
        try await expectClose(1008) { try await $0.send(WebSocketConnection.text, Array(text.utf8)) }
    }

    @Test func aCloseFrameWithACodeThatNobodyMaySend() async throws {
        try await expectClose(1002) { try await $0.send(WebSocketConnection.close, [3, 238]) }
    }

    @Test func aCloseFrameIsAnswered() async throws {
        try await expectClose(1000) { try await $0.send(WebSocketConnection.close, [3, 232]) }
        try await expectClose(4711) { try await $0.send(WebSocketConnection.close, [0x12, 0x67]) }
        try await expectClose(1000) { try await $0.send(WebSocketConnection.close, []) }
    }

    @Test func pingsAreAnswered() async throws {
        try await withTerminal { socket, _ in
            try await socket.send(WebSocketConnection.ping, [1, 2, 3])
            let pong = try await socket.receiveMessage()
            let first = pong?.opcode == WebSocketConnection.text ? try await socket.receiveMessage() : pong
            #expect(first == WebSocketConnection.Frame(opcode: WebSocketConnection.pong, payload: [1, 2, 3]))
        }
    }

    @Test func fragmentsAreOneMessage() async throws {
        try await withTerminal { socket, terminal in
            try await socket.send(WebSocketConnection.binary, [65], isLast: false)
            try await socket.send(WebSocketConnection.ping, [])
            try await socket.send(0, [66], isLast: false)
            try await socket.send(0, [67])
            try await socket.read(through: "ABC")
            #expect(terminal.shown == [65, 66, 67])
        }
    }

    @Test func frameByFrameAndByteByByteAreTheSame() async throws {
        try await withTerminal { socket, _ in
            for byte in WebSocketConnection.bytes(WebSocketConnection.binary, Array("slow".utf8)) {
                try await socket.send([byte])
            }
            try await socket.read(through: "slow")
        }
    }

    // MARK: Clients that go away

    @Test func aHalfClosedConnectionIsAnEnd() async throws {
        try await withTerminal { socket, terminal in
            let viewer = try #require(terminal.viewers.first)
            socket.finish()
            await viewer.waitUntilDetached()
            // It can still read, and is told; then the connection ends from this side too.
            _ = try await socket.receiveClose()
            #expect(try await socket.receive() == nil)
        }
    }

    @Test func aConnectionThatBreaksOffIsAnEnd() async throws {
        let server = try TestServer()
        let id = server.sessions.add()
        try await server.live { live in
            let viewer = try await live.connectWebSocket { socket in
                _ = try await socket.ask("/api/v1/sessions/\(id)/terminal")
                _ = try await socket.receiveMessage()
                try await socket.send([0x82, 0xFE, 0x10])
                return try #require(server.sessions.terminals(of: id).first?.viewers.first)
            }
            await viewer.waitUntilDetached()
        }
    }

    /// The terminal shows without end, and the client takes nothing: the server stops taking, too, and lets go of the client.
    @Test func whoDoesNotReadHoldsNothing() async throws {
        try await withTerminal({ $0.connections.requestTimeout = .milliseconds(500) }) { socket, terminal in
            let viewer = try #require(terminal.viewers.first)
            try await socket.type("flood")
            await viewer.waitUntilDetached()
            // What the kernel's buffers hold, and two writes.
            #expect(viewer.takenBytes > 65536)
            #expect(viewer.takenBytes < 64 << 20)
        }
    }

    /// Asking without reading the answers: they do not pile up. The last one comes when there is room.
    @Test func pingsWithoutReadingDoNotPileUp() async throws {
        try await withTerminal { socket, terminal in
            let viewer = try #require(terminal.viewers.first)
            try await socket.type("flood")
            let ping = WebSocketConnection.bytes(
                WebSocketConnection.ping, [UInt8](repeating: 1, count: 125))
            let many = Array(repeatElement(ping, count: 1000).joined())
            for _ in 0..<100 { try await socket.send(many) }
            try await socket.send(WebSocketConnection.close, [3, 232])
            var pongs = 0
            while let frame = try await socket.receive() {
                if frame.opcode == WebSocketConnection.pong { pongs += 1 }
                if frame.opcode == WebSocketConnection.close { break }
            }
            #expect(pongs <= 100_000)
            await viewer.waitUntilDetached()
        }
    }

    @Test func whoDoesNotAnswerPingsIsGone() async throws {
        var limits = WebSocketLimits()
        limits.pingInterval = .milliseconds(20)
        limits.unansweredPings = 2
        try await withTerminal({ $0.webSockets = limits }) { socket, terminal in
            let viewer = try #require(terminal.viewers.first)
            // This client answers nothing.
            let close = try await socket.receiveClose()
            #expect(close?.code == 1011)
            await viewer.waitUntilDetached()
        }
    }

    @Test func whoAnswersPingsStays() async throws {
        var limits = WebSocketLimits()
        limits.pingInterval = .milliseconds(20)
        limits.unansweredPings = 1
        let server = try TestServer(configure: { $0.webSockets = limits })
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { socket in
                _ = try await socket.ask("/api/v1/sessions/\(id)/terminal")
                var pings = 0
                while pings < 10, let frame = try await socket.receive() {
                    guard frame.opcode == WebSocketConnection.ping else { continue }
                    pings += 1
                    try await socket.send(WebSocketConnection.pong, frame.payload)
                }
                #expect(pings == 10)
                try await socket.type("still here")
                try await socket.read(through: "still here")
            }
        }
    }

    @Test func aSocketWithoutUseIsClosedAndItsTerminalGoesOn() async throws {
        var limits = WebSocketLimits()
        limits.pingInterval = .milliseconds(20)
        limits.unansweredPings = 1000
        limits.idleTimeout = .milliseconds(60)
        let server = try TestServer(configure: { $0.webSockets = limits })
        let id = server.sessions.add()
        try await server.live { live in
            try await live.connectWebSocket { socket in
                _ = try await socket.ask("/api/v1/sessions/\(id)/terminal")
                #expect(try await socket.receiveClose()?.code == 1008)
            }
            let terminal = try #require(server.sessions.terminals(of: id).first)
            #expect(terminal.summary.exitCode == nil)
        }
    }
}
