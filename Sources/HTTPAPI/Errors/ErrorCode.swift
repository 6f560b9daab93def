package import HTTPTypes

/// The stable names of what can go wrong with a request; `docs/errors.md` lists them with what to do.
package enum ErrorCode: String, CaseIterable, Sendable {
    case invalidRequest = "invalid_request"
    case unauthorized = "unauthorized"
    case forbidden = "forbidden"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case requestTimeout = "request_timeout"
    case conflict = "conflict"
    case preconditionFailed = "precondition_failed"
    case tooLarge = "too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case rangeNotSatisfiable = "range_not_satisfiable"
    case unsupportedLanguage = "unsupported_language"
    case upgradeRequired = "upgrade_required"
    case quotaExceeded = "quota_exceeded"
    case headersTooLarge = "headers_too_large"
    case `internal` = "internal"
    case overloaded = "overloaded"

    package var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .conflict: .conflict
        case .preconditionFailed: .preconditionFailed
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .unsupportedLanguage: .unprocessableContent
        case .upgradeRequired: .upgradeRequired
        case .quotaExceeded: .tooManyRequests
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .internal: .internalServerError
        case .overloaded: .serviceUnavailable
        }
    }
}
