import HTTPTypes
import Hummingbird

/// Gives every request an identifier, and every answer that of its request.
struct RequestIDMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let makeID: @Sendable () -> String

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.accepted(request.headers[.xRequestID]) ?? makeID()
        var response = try await next(request, context)
        response.headers[.xRequestID] = context.requestID
        return response
    }

    /// A caller's identifier goes into logs: at most 64 letters, digits, dots, dashes and underscores.
    static func accepted(_ id: String?) -> String? {
        guard let id, (1...64).contains(id.utf8.count) else { return nil }
        let isPlain = id.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isPlain ? id : nil
    }

    /// 64 random bits in hexadecimal: enough to find a line in a log.
    static func random() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
