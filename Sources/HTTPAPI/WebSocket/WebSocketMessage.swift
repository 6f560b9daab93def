import NIOCore

/// A message of a WebSocket (RFC 6455, section 5.6).
///
/// Between the frames and the routes messages travel as parts of a body: a byte that tells the kind, and the payload.
enum WebSocketMessage: Hashable, Sendable {
    case text(String)
    case binary(ByteBuffer)

    private static let textKind: UInt8 = 1
    private static let binaryKind: UInt8 = 2

    /// A part of a body; an empty one, which none of ours is, counts as binary.
    init(part: ByteBuffer) {
        var part = part
        switch part.readInteger(as: UInt8.self) {
        case Self.textKind: self = .text(String(buffer: part))
        default: self = .binary(part)
        }
    }

    var part: ByteBuffer {
        var part = ByteBuffer()
        switch self {
        case .text(let text):
            part.reserveCapacity(text.utf8.count + 1)
            part.writeInteger(Self.textKind)
            part.writeString(text)
        case .binary(let bytes):
            part.reserveCapacity(bytes.readableBytes + 1)
            part.writeInteger(Self.binaryKind)
            part.writeImmutableBuffer(bytes)
        }
        return part
    }

    /// Takes the kind off a part of a body: whether it is text.
    static func readKind(of part: inout ByteBuffer) -> Bool { part.readInteger(as: UInt8.self) == textKind }
}
