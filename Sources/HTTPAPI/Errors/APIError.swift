import HTTPTypes
import Hummingbird
import NIOCore
import Sessions

/// An answer that is not a success: the one shape that every error has on the wire.
struct APIError: Error, Hashable {
    var code: ErrorCode
    /// A whole sentence for the caller: what is wrong, and what would be right. Never inner text.
    var message: String
    /// The field of the request that is wrong, as on the wire.
    var field: String?
    /// Further header fields, such as `Retry-After` and `Allow`.
    var headers: HTTPFields = [:]

    init(_ code: ErrorCode, _ message: String, field: String? = nil, headers: HTTPFields = [:]) {
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers
    }

    init(_ invalid: InvalidRequest) { self.init(.invalidRequest, invalid.message, field: invalid.field) }

    init(_ rejection: ExecutionRejection) {
        switch rejection {
        case .overloaded(let retryAfter):
            self = .overloaded("All sandboxes are busy and the queue is full; try again later.", retryAfter: retryAfter)
        case .machineBusy(let pressure): self = .overloaded(pressure.message, retryAfter: pressure.retryAfter)
        case .quotaExceeded(let refusal): self.init(refusal)
        case .session(let refusal): self.init(refusal)
        case .shuttingDown:
            self = .overloaded("The server is shutting down; try again later.", retryAfter: .seconds(5))
        }
    }

    init(_ refusal: QuotaRefusal) {
        self = .quotaExceeded(refusal.message, retryAfter: refusal.retryAfter)
    }

    static func overloaded(_ message: String, retryAfter: Duration) -> APIError {
        APIError(.overloaded, message, headers: [.retryAfter: seconds(retryAfter)])
    }

    static func quotaExceeded(_ message: String, retryAfter: Duration) -> APIError {
        APIError(.quotaExceeded, message, headers: [.retryAfter: seconds(retryAfter)])
    }

    /// Whole seconds, at least one, never less than `duration`.
    private static func seconds(_ duration: Duration) -> String {
        String(max(1, Int((duration / .seconds(1)).rounded(.up))))
    }

    static func tooLarge(body limit: Int) -> APIError {
        APIError(.tooLarge, "The body may have at most \(limit) bytes.", field: "body")
    }

    /// What the caller is told about any error that a route throws. What is not known here is `internal`.
    init(telling error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let invalid as InvalidRequest: self.init(invalid)
        case let rejection as ExecutionRejection: self.init(rejection)
        case let refusal as QuotaRefusal: self.init(refusal)
        case let refusal as SessionRefusal: self.init(refusal)
        case let failure as FileFailure: self.init(failure)
        default: self = .unforeseen
        }
    }

    /// Says nothing of what went wrong here.
    static let unforeseen = APIError(
        .internal, "The server failed to answer; its log has the reason under this request_id.")
}
