import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Sessions

/// Takes a JSON body off the wire, never more of it than the bound.
struct BodyReader {
    let limit: Int

    /// `standard` is what no body at all stands for; nil: there must be one.
    func json(of request: Request, otherwise standard: JSONValue? = nil) async throws -> JSONValue {
        try checkType(of: request)
        let bytes = try await bytes(of: request)
        guard !bytes.isEmpty else {
            if let standard { return standard }
            throw InvalidRequest(field: "body", message: "The body is missing; it must be a JSON object.")
        }
        do {
            return try JSONParser.parse(bytes)
        } catch {
            throw InvalidRequest(
                field: "body",
                message: "The body is not valid JSON: \(error.reason), line \(error.line), column \(error.column).")
        }
    }

    /// A missing type is taken for JSON: what else could it be?
    private func checkType(of request: Request) throws(APIError) {
        guard let type = request.headers[.contentType] else { return }
        let essence = type.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        guard essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json")) else {
            throw APIError(.unsupportedMediaType, "The body must be JSON: send Content-Type: application/json.")
        }
    }

    private func bytes(of request: Request) async throws -> [UInt8] {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > limit { throw APIError.tooLarge(body: limit) }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw APIError.tooLarge(body: limit)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            // The client is gone, so nobody reads this; it is only not our failure.
            throw InvalidRequest(field: "body", message: "The connection ended before the body did.")
        }
        // A connection that ends in the middle of a body looks like the body's end.
        guard announced == nil || announced == buffer.readableBytes else {
            throw InvalidRequest(field: "body", message: "The body is shorter than its Content-Length.")
        }
        return Array(buffer.readableBytesView)
    }
}
