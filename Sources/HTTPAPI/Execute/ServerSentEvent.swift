import NIOCore

/// One message of an event stream (WHATWG HTML, section 9.2).
enum ServerSentEvent {
    case message(event: String, data: JSONValue)
    /// Ignored by clients; keeps proxies from closing a silent stream.
    case keepAlive

    var bytes: ByteBuffer {
        var buffer = ByteBuffer()
        switch self {
        case .keepAlive: buffer.writeStaticString(": keep-alive\n\n")
        case .message(let event, let data):
            buffer.writeString("event: \(event)\ndata: ")
            // JSON text on one line: line breaks inside strings are escaped.
            data.write(to: &buffer)
            buffer.writeStaticString("\n\n")
        }
        return buffer
    }
}
