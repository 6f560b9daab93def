import NIOCore
import NIOPosix

@testable import HTTPAPI

/// A client of a WebSocket that can do what none should.
final class WebSocketConnection {
    struct Frame: Hashable {
        var opcode: UInt8
        var payload: [UInt8]
        var isLast = true

        var text: String { String(decoding: payload, as: UTF8.self) }
        /// Of a close frame.
        var code: Int? { payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
        var reason: String { String(decoding: payload.dropFirst(2), as: UTF8.self) }
    }

    static let text: UInt8 = 1
    static let binary: UInt8 = 2
    static let close: UInt8 = 8
    static let ping: UInt8 = 9
    static let pong: UInt8 = 10

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var unread: [UInt8] = []

    init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    /// Asks for a WebSocket. Answers the head of what comes back.
    func ask(_ path: String, headers: String = "") async throws -> String {
        try await send(
            Array(
                """
                GET \(path) HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(headers)\r\n
                """.utf8))
        return try await readHead()
    }

    func readHead() async throws -> String {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = unread.firstRange(of: end) {
                defer { unread.removeSubrange(..<range.upperBound) }
                return String(decoding: unread[..<range.upperBound], as: UTF8.self)
            }
            guard try await fill() else { throw Ended() }
        }
    }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    func send(
        _ opcode: UInt8, _ payload: [UInt8], isLast: Bool = true, isMasked: Bool = true, reserved: UInt8 = 0
    ) async throws {
        try await send(Self.bytes(opcode, payload, isLast: isLast, isMasked: isMasked, reserved: reserved))
    }

    func type(_ text: String) async throws { try await send(Self.binary, Array(text.utf8)) }

    static func bytes(
        _ opcode: UInt8, _ payload: [UInt8], isLast: Bool = true, isMasked: Bool = true, reserved: UInt8 = 0
    ) -> [UInt8] {
        var bytes = [(isLast ? 0x80 : 0) | reserved << 4 | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ...125: bytes.append(mask | UInt8(payload.count))
        case ...65535: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [mask | 127] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 255) }
        }
        guard isMasked else { return bytes + payload }
        let key: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }

    /// The next frame; nil at the end of the connection.
    func receive() async throws -> Frame? {
        while true {
            if let frame = Self.frame(&unread) { return frame }
            guard try await fill() else { return nil }
        }
    }

    /// The next frame that is no ping.
    func receiveMessage() async throws -> Frame? {
        while let frame = try await receive() {
            if frame.opcode != Self.ping { return frame }
        }
        return nil
    }

    /// Frames up to the close frame, which is returned; nil when the connection ends without one.
    func receiveClose() async throws -> Frame? {
        while let frame = try await receive() {
            if frame.opcode == Self.close { return frame }
        }
        return nil
    }

    /// Everything that is shown until `text` is; throws when the connection ends before.
    @discardableResult func read(through text: String) async throws -> String {
        var shown = ""
        while !shown.contains(text) {
            guard let frame = try await receive() else { throw Ended() }
            if frame.opcode == Self.binary { shown += frame.text }
        }
        return shown
    }

    func finish() { outbound.finish() }

    struct Ended: Error {}

    private func fill() async throws -> Bool {
        guard let bytes = try await inbound.next() else { return false }
        unread += Array(buffer: bytes)
        return true
    }

    private static func frame(_ bytes: inout [UInt8]) -> Frame? {
        guard bytes.count >= 2 else { return nil }
        var start = 2
        var length = Int(bytes[1] & 0x7F)
        if length >= 126 {
            let width = length == 126 ? 2 : 8
            guard bytes.count >= 2 + width else { return nil }
            length = bytes[2..<2 + width].reduce(0) { $0 << 8 | Int($1) }
            start += width
        }
        guard bytes.count >= start + length else { return nil }
        let frame = Frame(
            opcode: bytes[0] & 0xF, payload: Array(bytes[start..<start + length]), isLast: bytes[0] & 0x80 != 0)
        bytes.removeSubrange(..<(start + length))
        return frame
    }
}

extension LiveServer {
    /// Opens a connection on which a WebSocket can be asked for.
    func connectWebSocket<Value>(_ body: (WebSocketConnection) async throws -> Value) async throws -> Value {
        try await open { inbound, outbound in try await body(WebSocketConnection(inbound, outbound)) }
    }
}
