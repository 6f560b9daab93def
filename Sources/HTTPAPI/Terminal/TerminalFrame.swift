import Isolation
import NIOCore
import Sessions

/// What travels over the WebSocket of a terminal: bytes in binary messages, and everything else as JSON in text messages.
enum TerminalFrame {
    /// What a client may ask for in a text message.
    static func size(_ text: String) throws(InvalidRequest) -> TerminalSize {
        let json: JSONValue
        do {
            json = try JSONParser.parse(Array(text.utf8))
        } catch {
            throw InvalidRequest(field: "message", message: "A text message must be JSON: \(error.reason).")
        }
        let message = try ObjectReader(json, fields: ["resize"])
        guard let resize = message.member("resize") else {
            throw InvalidRequest(field: "resize", message: "A text message must be {\"resize\": …}.")
        }
        let size = try ObjectReader(resize, path: "resize", fields: ["columns", "rows"])
        return TerminalSize(rows: try side("rows", of: size), columns: try side("columns", of: size))
    }

    /// Columns or rows, each 1 to 65535, as the kernel has them.
    private static func side(_ key: String, of size: ObjectReader) throws(InvalidRequest) -> UInt16 {
        let name = size.name(of: key)
        guard let side = try Bounded.whole(try size.number(key), name, from: 1, to: Int(UInt16.max)) else {
            throw InvalidRequest(field: name, message: "\(name) is required.")
        }
        return UInt16(side)
    }

    // MARK: From the server

    /// The first message: which terminal it is, to come back to.
    static func terminal(_ id: TerminalID) -> WebSocketMessage { text(["terminal": ["id": .string(id.description)]]) }

    static func messages(for event: TerminalEvent) -> [WebSocketMessage] {
        switch event {
        case .replay(let bytes, let isTruncated):
            let head = text(["replay": ["bytes": .integer(bytes.count), "truncated": .boolean(isTruncated)]])
            return bytes.isEmpty ? [head] : [head, .binary(ByteBuffer(bytes: bytes))]
        case .output(let bytes): return [.binary(ByteBuffer(bytes: bytes))]
        case .missed(let count): return [text(["missed": .integer(count)])]
        case .resized(let size):
            return [
                text(["resize": ["columns": .integer(Int(size.columns)), "rows": .integer(Int(size.rows))]])
            ]
        case .ended(let status): return [text(["exit": ["status": .optional(status)]])]
        }
    }

    private static func text(_ json: JSONValue) -> WebSocketMessage {
        var buffer = ByteBuffer()
        json.write(to: &buffer)
        return .text(String(buffer: buffer))
    }
}
