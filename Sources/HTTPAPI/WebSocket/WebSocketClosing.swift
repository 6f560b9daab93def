import NIOCore
import NIOWebSocket

/// Why a WebSocket is closed (RFC 6455, section 7.4).
struct WebSocketClosing: Error, Hashable, Sendable {
    let code: UInt16
    /// For people, and in the close frame, which has room for 123 bytes.
    let reason: String

    private init(_ code: UInt16, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// What the socket was for is done.
    static let normal = WebSocketClosing(1000, "")
    static let goingAway = WebSocketClosing(1001, "the server is shutting down")
    static let notUTF8 = WebSocketClosing(1007, "a text message is not UTF-8")

    static func protocolError(_ reason: String) -> WebSocketClosing { WebSocketClosing(1002, reason) }
    /// The other side does what it may not.
    static func policyViolation(_ reason: String) -> WebSocketClosing { WebSocketClosing(1008, reason) }
    static func tooLarge(_ limit: Int) -> WebSocketClosing {
        WebSocketClosing(1009, "a message may have at most \(limit) bytes")
    }
    static func failure(_ reason: String) -> WebSocketClosing { WebSocketClosing(1011, reason) }

    /// What a close frame of the other side is answered with: its own code.
    static func answer(to code: UInt16?) -> WebSocketClosing { WebSocketClosing(code ?? 1000, "") }

    /// Of the close frame.
    var payload: ByteBuffer {
        var payload = ByteBuffer()
        payload.writeInteger(code)
        payload.writeString(shortReason)
        return payload
    }

    /// Cut between characters.
    private var shortReason: String {
        var text = ""
        for character in reason where text.utf8.count + character.utf8.count <= 123 { text.append(character) }
        return text
    }
}
