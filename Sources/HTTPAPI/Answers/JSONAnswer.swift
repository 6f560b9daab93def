import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    static let json = "application/json; charset=utf-8"

    /// An answer with a JSON body.
    init(_ json: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        var buffer = ByteBuffer()
        json.write(to: &buffer)
        buffer.writeStaticString("\n")
        var headers = headers
        headers[.contentType] = Response.json
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    /// An error answer in the one shape that they all have.
    init(_ error: APIError, requestID: String, at time: Timestamp) {
        var headers = error.headers
        headers[.xRequestID] = requestID
        self.init(error.json(requestID: requestID, at: time), status: error.code.status, headers: headers)
    }
}

extension APIError {
    func json(requestID: String, at time: Timestamp) -> JSONValue {
        [
            "success": false, "error": .string(message), "code": .string(code.rawValue), "field": .optional(field),
            "request_id": .string(requestID), "timestamp": .string("\(time)"),
        ]
    }
}

extension HTTPField.Name {
    static let xRequestID = Self("X-Request-Id")!
}
