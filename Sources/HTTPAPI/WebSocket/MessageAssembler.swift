import NIOCore
import NIOWebSocket

/// Puts frames of a client together to messages, and finds what the protocol forbids (RFC 6455, section 5).
///
/// A value that holds at most one message of the greatest size.
struct MessageAssembler {
    enum Item: Equatable {
        case message(WebSocketMessage)
        case ping(ByteBuffer)
        case pong
        /// The code is nil when the frame has none.
        case close(UInt16?)
    }

    let limit: Int
    private var isText = false
    /// Of a message whose last frame has not come.
    private var fragments: ByteBuffer?

    init(limit: Int) { self.limit = limit }

    /// What the frame completes; nil: nothing yet.
    mutating func take(_ frame: WebSocketFrame) throws(WebSocketClosing) -> Item? {
        guard frame.maskKey != nil else { throw .protocolError("frames of a client must be masked") }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            throw .protocolError("a reserved bit is set, and no extension was agreed on")
        }
        switch frame.opcode {
        case .text, .binary:
            guard fragments == nil else { throw .protocolError("a message began before the last one ended") }
            isText = frame.opcode == .text
            return try take(ByteBuffer(), frame)
        case .continuation:
            guard let fragments else { throw .protocolError("a continuation without a message") }
            return try take(fragments, frame)
        case .ping: return .ping(frame.unmaskedData)
        case .pong: return .pong
        case .connectionClose: return .close(try Self.code(frame.unmaskedData))
        default: throw .protocolError("an unknown kind of frame")
        }
    }

    private mutating func take(
        _ beginning: ByteBuffer, _ frame: WebSocketFrame
    ) throws(WebSocketClosing) -> Item? {
        guard beginning.readableBytes + frame.length <= limit else { throw .tooLarge(limit) }
        var message = beginning
        // The only reference: appending must not copy what is there.
        fragments = nil
        message.writeImmutableBuffer(frame.unmaskedData)
        guard frame.fin else {
            fragments = message
            return nil
        }
        guard isText else { return .message(.binary(message)) }
        guard let text = String(validating: message.readableBytesView, as: UTF8.self) else { throw .notUTF8 }
        return .message(.text(text))
    }

    private static func code(_ payload: ByteBuffer) throws(WebSocketClosing) -> UInt16? {
        var payload = payload
        guard payload.readableBytes > 0 else { return nil }
        guard let code = payload.readInteger(as: UInt16.self), isSendable(code),
            String(validating: payload.readableBytesView, as: UTF8.self) != nil
        else { throw .protocolError("a close frame that is not one") }
        return code
    }

    /// RFC 6455, section 7.4, with those that IANA registered since.
    private static func isSendable(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
