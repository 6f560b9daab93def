import HTTPTypes
import Hummingbird

extension Request {
    /// A request without a body.
    static func sample(
        _ method: HTTPRequest.Method, host: String? = nil, origin: String? = nil, upgrade: Bool = false
    ) -> Request {
        var head = HTTPRequest(method: method, scheme: "http", authority: host, path: "/")
        head.headerFields[.origin] = origin
        if upgrade { head.headerFields[.upgrade] = "websocket" }
        return Request(head: head, body: RequestBody(buffer: .init()))
    }
}
