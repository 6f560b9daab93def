import HTTPTypes
import Hummingbird
import Sessions

/// Lets a request through to its route, or says why not. Every route lies behind it.
struct Gate: Sendable {
    let authenticator: Authenticator
    let signIns: SignIns
    let origins: OriginRule
    /// Takes what must be in the audit log.
    let note: @Sendable (AuditEvent) -> Void
    let now: @Sendable () -> WallTime

    /// How a request says whose it is.
    private enum Credential {
        case nothing
        case key(String)
        case cookie(String)

        /// A key that is sent counts; a browser sends its cookie with it unasked.
        init(_ headers: HTTPFields) throws(InvalidRequest) {
            if let secret = try PresentedKey.secret(in: headers) {
                self = .key(secret)
            } else if let token = SignInCookie.token(in: headers) {
                self = .cookie(token)
            } else {
                self = .nothing
            }
        }
    }

    /// The caller; nil on a route that knows none.
    func caller(for access: RouteAccess, _ request: Request, _ context: APIContext) throws -> Caller? {
        guard access != .everybody else { return nil }
        let address = context.connection.address
        let credential = try Credential(request.headers)
        var caller: Caller
        do throws(AccessDenial) {
            caller = try self.caller(with: credential, from: address)
        } catch {
            throw refused(error, credential, request, address)
        }
        caller.address = address.text
        context.record.caller = caller.owner.description
        do throws(APIError) {
            try checkOrigin(credential, request)
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

    /// Whether the request would be let in again: what goes on for hours asks from time to time.
    func stillHolds(_ request: Request, _ context: APIContext) -> Bool {
        do {
            _ = try caller(with: try Credential(request.headers), from: context.connection.address)
            return true
        } catch {
            return false
        }
    }

    /// Exchanges a key for a cookie. Wrong keys count as anywhere else.
    func signIn(with secret: String, _ request: Request, _ context: APIContext) throws -> (Caller, SignIns.Ticket) {
        let address = context.connection.address
        var caller: Caller
        do throws(AccessDenial) {
            caller = try authenticator.caller(presenting: secret, from: address.network)
        } catch {
            throw refused(error, .key(secret), request, address)
        }
        caller.address = address.text
        context.record.caller = caller.owner.description
        let time = now()
        note(AuditActor(caller).event(.signIn, at: time, subject: Self.subject(request)))
        return (caller, signIns.begin(with: KeyDigest(of: secret), at: time))
    }

    private func caller(
        with credential: Credential, from address: ClientAddress
    ) throws(AccessDenial) -> Caller {
        switch credential {
        case .nothing: return try authenticator.caller(presenting: nil, from: address.network)
        case .key(let secret): return try authenticator.caller(presenting: secret, from: address.network)
        case .cookie(let token):
            // Never taken for nobody: what belongs to the key would seem to be gone.
            guard let key = signIns.key(of: token, at: now()) else { throw .signedOut }
            return try authenticator.caller(signedInWith: key)
        }
    }

    private func checkOrigin(_ credential: Credential, _ request: Request) throws(APIError) {
        switch credential {
        case .nothing where authenticator.trustsTheMachine: try origins.checkHost(request)
        // Browsers send a cookie by themselves, and with every change where its page is from.
        case .cookie: try origins.requireOrigin(request)
        case .nothing, .key: break
        }
        try origins.check(request)
    }

    /// What a caller who was not let in is told. An address that tries too often is not worth a row each time.
    private func refused(
        _ denial: AccessDenial, _ credential: Credential, _ request: Request, _ address: ClientAddress
    ) -> APIError {
        var error = APIError(denial)
        // A cookie that is good for nothing must not stand in the way of the next sign-in.
        if case .cookie = credential { error.headers[.setCookie] = SignInCookie.removal(request) }
        // A cookie that is too old is nobody's attempt.
        if error.code == .unauthorized, denial != .signedOut {
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
        case .signedOut: "signed out"
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
        case .signedOut: self = .unauthorized("You are signed out: sign in again.", isInvalid: true)
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
