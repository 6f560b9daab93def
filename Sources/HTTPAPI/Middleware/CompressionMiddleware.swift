import HTTPTypes
import Hummingbird
import NIOCore
import Sessions

/// Sends long answers of text compressed to clients that can read that. Streams go as they are, so that nothing waits in
/// a compressor, and so do files, whose tag belongs to their bytes.
struct CompressionMiddleware: RouterMiddleware {
    typealias Context = APIContext

    /// Bytes that are worth it. Compressing takes a thread of the event loop about 10 ms for 1 MiB: more is not delayed.
    static let sizes = 4 << 10...1 << 20
    /// The fastest of zlib: the others cost two to five times as much for a tenth less.
    private static let level: Int32 = 1

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard Self.isText(response.headers), response.headers[.eTag] == nil, request.method != .head,
            let length = response.body.contentLength, Self.sizes.contains(length)
        else { return response }
        // Caches keep both forms apart, also where this client took the plain one.
        response.headers[.vary] = response.headers[.vary].map { "\($0), Accept-Encoding" } ?? "Accept-Encoding"
        guard request.headers.acceptGzip else { return response }
        let collected = CollectedBody()
        try await response.body.write(collected)
        let compressed = try GzipCompressor(level: Self.level).compress(collected.bytes, isLast: true)
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: compressed))
        return response
    }

    private static func isText(_ headers: HTTPFields) -> Bool {
        guard headers[.contentEncoding] == nil, let type = headers[.contentType] else { return false }
        return type.hasPrefix("application/json") || type.hasPrefix("application/yaml") || type.hasPrefix("text/plain")
    }
}

/// Takes a body of known length into memory.
private final class CollectedBody: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) { bytes += buffer.readableBytesView }
    func finish(_ trailingHeaders: HTTPFields?) {}
}

extension HTTPFields {
    /// Whether `Accept-Encoding` lists gzip with a weight above 0 (RFC 9110, section 12.5.3).
    var acceptGzip: Bool {
        self[values: .acceptEncoding].contains { value in
            value.split(separator: ",").contains { coding in
                let parts = coding.lowercased().filter { !$0.isWhitespace }.split(separator: ";")
                return parts.first == "gzip" && !parts.dropFirst().contains { Double($0.dropFirst(2)) == 0 }
            }
        }
    }
}
