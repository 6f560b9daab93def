import NIOCore
import NIOPosix
import Testing

/// A client of a terminal of a session, over a real WebSocket.
final class TerminalClient {
    enum Message: Equatable {
        case shown(String)
        /// A text message, as JSON.
        case told(String)
        case closed(Int)
    }

    /// The server did not open it.
    struct Refused: Error {
        let head: String
        var status: Int? { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
    }

    /// The connection ended before what was waited for.
    struct Ended: Error, CustomStringConvertible {
        let shown: String
        var description: String { "the terminal ended after: \(shown)" }
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var unread: [UInt8] = []
    /// Which terminal it is.
    private(set) var id = ""
    /// All that was shown so far, the replay included.
    private(set) var screen = ""

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    /// Attaches to a terminal of the session, has `body` use it, and goes away without a word.
    static func with<Value>(
        _ session: String, query: String = "", headers: [String] = [], port: Int,
        _ body: (TerminalClient) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let client = TerminalClient(inbound.makeAsyncIterator(), outbound)
            try await client.open("/api/v1/sessions/\(session)/terminal\(query)", headers, port)
            return try await body(client)
        }
    }

    private func open(_ path: String, _ headers: [String], _ port: Int) async throws {
        let lines =
            [
                "GET \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ] + headers + ["", ""]
        try await outbound.write(ByteBuffer(string: lines.joined(separator: "\r\n")))
        let end = Array("\r\n\r\n".utf8)
        while unread.firstRange(of: end) == nil { try await fill() }
        let range = try #require(unread.firstRange(of: end))
        let head = String(decoding: unread[..<range.lowerBound], as: UTF8.self)
        unread.removeSubrange(..<range.upperBound)
        guard head.hasPrefix("HTTP/1.1 101 ") else { throw Refused(head: head) }
        guard case .told(let first) = try await next() else { throw Ended(shown: "nothing") }
        id = first.split(separator: "\"").first { $0.hasPrefix("term_") }.map(String.init) ?? ""
    }

    func type(_ text: String) async throws { try await send(2, Array(text.utf8)) }

    func resize(columns: Int, rows: Int) async throws {
        try await send(1, Array(#"{"resize":{"columns":\#(columns),"rows":\#(rows)}}"#.utf8))
    }

    /// Reads until `text` is on the screen below what was read before.
    @discardableResult func read(through text: String) async throws -> String {
        let start = screen.count
        while !screen.dropFirst(start).contains(text) {
            switch try await next() {
            case .shown, .told: continue
            case .closed: throw Ended(shown: screen)
            }
        }
        return String(screen.dropFirst(start))
    }

    /// What is told until the server closes, and the code with which it does.
    func readToEnd() async throws -> (told: [String], code: Int) {
        var told: [String] = []
        while true {
            switch try await next() {
            case .shown: continue
            case .told(let text): told.append(text)
            case .closed(let code): return (told, code)
            }
        }
    }

    /// The next message; pings are answered on the way.
    func next() async throws -> Message {
        while true {
            guard let (opcode, payload) = frame() else {
                try await fill()
                continue
            }
            switch opcode {
            case 1: return .told(String(decoding: payload, as: UTF8.self))
            case 2:
                let text = String(decoding: payload, as: UTF8.self)
                screen += text
                return .shown(text)
            case 8: return .closed(payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 0)
            case 9: try await send(10, payload)
            default: continue
            }
        }
    }

    private func fill() async throws {
        guard let bytes = try await inbound.next() else { throw Ended(shown: screen) }
        unread += bytes.readableBytesView
    }

    private func frame() -> (opcode: UInt8, payload: [UInt8])? {
        guard unread.count >= 2 else { return nil }
        var (start, length) = (2, Int(unread[1] & 0x7F))
        if length >= 126 {
            let width = length == 126 ? 2 : 8
            guard unread.count >= 2 + width else { return nil }
            length = unread[2..<2 + width].reduce(0) { $0 << 8 | Int($1) }
            start += width
        }
        guard unread.count >= start + length else { return nil }
        let frame = (unread[0] & 0xF, Array(unread[start..<start + length]))
        unread.removeSubrange(..<(start + length))
        return frame
    }

    private func send(_ opcode: UInt8, _ payload: [UInt8]) async throws {
        var bytes = ByteBuffer()
        bytes.writeInteger(0x80 | opcode)
        switch payload.count {
        case ...125: bytes.writeInteger(0x80 | UInt8(payload.count))
        case ...65535: bytes.writeMultipleIntegers(UInt8(0x80 | 126), UInt16(payload.count))
        default: bytes.writeMultipleIntegers(UInt8(0x80 | 127), UInt64(payload.count))
        }
        // A key of zeros masks nothing, and is one.
        bytes.writeInteger(UInt32(0))
        bytes.writeBytes(payload)
        try await outbound.write(bytes)
    }
}
