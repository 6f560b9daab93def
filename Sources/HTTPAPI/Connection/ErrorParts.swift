import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// An error answer that is written below the routes.
struct ErrorParts {
    var head: HTTPResponse
    var body: ByteBuffer

    init(_ error: APIError, requestID: String, at time: Timestamp) {
        head = Response(error, requestID: requestID, at: time).head
        body = ByteBuffer()
        error.json(requestID: requestID, at: time).write(to: &body)
        body.writeStaticString("\n")
    }
}

extension APIError {
    /// For bytes that are not HTTP as this server takes it.
    init(protocolError error: any Error) {
        switch error as? HTTPParserError {
        case .headerOverflow: self.init(.headersTooLarge, "The header fields of the request are too long.")
        default: self.init(.invalidRequest, "The request is not valid HTTP/1.1.")
        }
    }
}
