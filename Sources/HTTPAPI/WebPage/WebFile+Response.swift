import HTTPTypes
import Hummingbird

extension WebFile {
    /// The file, or 304 when the client has it, compressed when the client can read that.
    func response(to request: Request) -> Response {
        let useCompressed = compressed != nil && request.headers.acceptGzip
        // Two representations are two entities (RFC 9110, section 8.8.3.3).
        let tag = "\"\(version)\(useCompressed ? "-gzip" : "")\""
        var headers = WebPage.headers
        headers[.eTag] = tag
        headers[.vary] = "Accept, Accept-Encoding"
        // Asked for again each time and mostly answered by 304: a new server never meets an old script.
        headers[.cacheControl] = "no-cache"
        if Self.isKnown(tag, to: request.headers) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = type.contentType
        if useCompressed { headers[.contentEncoding] = "gzip" }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: useCompressed ? compressed! : plain))
    }

    /// Whether `If-None-Match` names the entity; weak tags match too (RFC 9110, section 13.1.2).
    private static func isKnown(_ tag: String, to headers: HTTPFields) -> Bool {
        headers[values: .ifNoneMatch].contains { value in
            value.split(separator: ",").contains { part in
                let known = part.filter { !$0.isWhitespace }
                return known == "*" || known == tag || known == "W/\(tag)"
            }
        }
    }
}
