import HTTPTypes
import Hummingbird
import Sessions

/// Lets a request through to its route, or says why not. Every route lies behind it.
struct Gate: Sendable {
    let authenticator: Authenticator
    let origins: OriginRule
    /// Takes what must be in the audit log.
    let note: @Sendable (AuditEvent) -> Void
    let now: @Sendable () -> WallTime

    /// The caller; nil on a route that knows none.
    func caller(for access: RouteAccess, _ request: Request, _ context: APIContext) throws -> Caller? {
        guard access != .everybody else { return nil }
        let address = context.connection.address
        let secret = try PresentedKey.secret(in: request.headers)
        var caller: Caller
        do throws(AccessDenial) {
            caller = try authenticator.caller(presenting: secret, from: address.network)
        } catch {
            throw refused(error, request, address)
        }
        caller.address = address.text
        context.record.caller = caller.owner.description
        do throws(APIError) {
            if secret == nil, authenticator.trustsTheMachine { try origins.checkHost(request) }
            try origins.check(request)
            guard access == .callers || caller.role == .administrator else {
                throw APIError(.forbidden, "This is for administrators: use a key of the role administrator.")
            }
        } catch {
            note(
                AuditActor(caller).event(
                    .access, at: now(), subject: Self.subject(request), decision: .denied, outcome: error.message))
            throw error
        }
        return caller
    }

    /// What a caller who was not let in is told. An address that tries too often is not worth a row each time.
    private func refused(_ denial: AccessDenial, _ request: Request, _ address: ClientAddress) -> APIError {
        let error = APIError(denial)
        if error.code == .unauthorized {
            let actor = AuditActor(owner: nil, name: address.text, address: address.text)
            note(
                actor.event(
                    .signIn, at: now(), subject: Self.subject(request), decision: .denied, outcome: denial.word))
        }
        return error
    }

    private static func subject(_ request: Request) -> String {
        "\(request.method.rawValue.prefix(32)) \(request.uri.path.prefix(256))"
    }
}

extension AccessDenial {
    /// As the audit log says it.
    fileprivate var word: String {
        switch self {
        case .keyMissing: "no key"
        case .keyUnknown: "unknown key"
        case .keyExpired: "expired key"
        case .keyRevoked: "revoked key"
        case .tooManyFailures: "too many failures"
        }
    }
}

extension APIError {
    init(_ denial: AccessDenial) {
        switch denial {
        case .keyMissing:
            self = .unauthorized("This server needs a key: send Authorization: Bearer sm_… or X-API-Key: sm_….")
        case .keyUnknown: self = .unauthorized("The key is not one of this server.", isInvalid: true)
        case .keyExpired: self = .unauthorized("The key has expired.", isInvalid: true)
        case .keyRevoked: self = .unauthorized("The key was revoked.", isInvalid: true)
        case .tooManyFailures(let wait):
            self = .quotaExceeded("Too many wrong keys came from this address; try again later.", retryAfter: wait)
        }
    }

    /// RFC 6750, section 3.
    private static func unauthorized(_ message: String, isInvalid: Bool = false) -> APIError {
        let challenge = "Bearer realm=\"sandmartin\"" + (isInvalid ? ", error=\"invalid_token\"" : "")
        return APIError(.unauthorized, message, headers: [.wwwAuthenticate: challenge])
    }
}
