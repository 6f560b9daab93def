import HTTPTypes
import Hummingbird
import Sessions

/// `POST /api/v1/sign-in` and `/sign-out`: a cookie in exchange for a key, and its end.
struct SignInRoutes {
    let gate: Gate

    static let fields = ["key"]
    /// Bytes of a body with a key.
    private static let maximumBody = 4096

    var routes: [Route] {
        [
            Route(method: .post, path: "/api/v1/sign-in", access: .everybody, answer: signIn),
            Route(method: .post, path: "/api/v1/sign-out", access: .everybody, answer: signOut),
        ]
    }

    @Sendable private func signIn(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        try gate.origins.check(request)
        let body = try ObjectReader(
            try await BodyReader(limit: Self.maximumBody).json(of: request), fields: Self.fields)
        let (caller, ticket) = try gate.signIn(with: try body.requiredString("key"), request, context)
        return Response(
            [
                "owner": .string(caller.owner.description), "name": .string(caller.name),
                "role": .string(caller.role.rawValue), "expires_at": ticket.expires.json,
            ], headers: [.setCookie: SignInCookie.set(ticket.token, for: gate.signIns.lifetime, request)])
    }

    /// Without a cookie there is nothing to do, which is no error.
    @Sendable private func signOut(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        try gate.origins.check(request)
        if let token = SignInCookie.token(in: request.headers) { gate.signIns.end(token) }
        return Response(["signed_out": true], headers: [.setCookie: SignInCookie.removal(request)])
    }
}
