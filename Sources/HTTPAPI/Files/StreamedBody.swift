import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Sessions

/// Takes a body off the wire in pieces of about `chunk` bytes: the next are asked for when these are used.
enum StreamedBody {
    static let chunk = 256 << 10

    /// The length that the request announces; nil: it is not known.
    static func announced(_ request: Request) -> Int? { request.headers[.contentLength].flatMap { Int($0) } }

    /// Returns when the whole body has been taken. Throws when it is cut short, so that nobody takes a part for all of it.
    static func forEach(
        of request: Request, _ take: ([UInt8]) async throws -> Void
    ) async throws {
        var pending: [UInt8] = []
        pending.reserveCapacity(2 * chunk)
        var count = 0
        do {
            for try await buffer in request.body {
                pending.append(contentsOf: buffer.readableBytesView)
                count += buffer.readableBytes
                guard pending.count >= chunk else { continue }
                try await take(pending)
                pending.removeAll(keepingCapacity: true)
            }
        } catch let error where error is FileFailure || error is HTTPParserError || error is CancellationError {
            throw error
        } catch {
            // The client is gone, so nobody reads this; it is only not our failure.
            throw InvalidRequest(field: "body", message: "The connection ended before the body did.")
        }
        let announced = announced(request)
        guard announced == nil || announced == count else {
            throw InvalidRequest(field: "body", message: "The body is shorter than its Content-Length.")
        }
        if !pending.isEmpty { try await take(pending) }
    }
}
