import HTTPTypes
import Hummingbird
import Isolation
import Sessions

/// `/api/v1/keys`: who may use this server, for administrators; and for everybody what their own key may do.
struct KeysRoutes {
    let keys: KeyRing
    let quotas: Quotas
    let now: @Sendable () -> WallTime

    /// Bytes of a body that asks for a key.
    private static let maximumBody = 64 << 10

    var routes: [Route] {
        [
            Route(method: .get, path: "/api/v1/keys", access: .administrators, answer: list),
            Route(method: .post, path: "/api/v1/keys", access: .administrators, answer: create),
            Route(method: .get, path: "/api/v1/keys/self", answer: own),
            Route(method: .get, path: "/api/v1/keys/{id}", access: .administrators, answer: get),
            Route(method: .delete, path: "/api/v1/keys/{id}", access: .administrators, answer: revoke),
        ]
    }

    @Sendable private func own(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let caller = try context.caller
        return Response([
            "owner": .string(caller.owner.description), "name": .string(caller.name),
            "role": .string(caller.role.rawValue), "quota": caller.quota.json,
            "usage": quotas.usage(of: caller.owner).json,
        ])
    }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let time = now()
        return Response(["keys": .array(try await keys.keys().map { .object(members($0, at: time)) })])
    }

    @Sendable private func get(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let id = try Self.id(context)
        guard let key = try await keys.keys().first(where: { $0.id == id }) else { throw Self.unknown(context) }
        return Response(.object(members(key, at: now())))
    }

    /// The answer is the only place where the key itself ever stands.
    @Sendable private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let wanted = try KeyBody.key(try await BodyReader(limit: Self.maximumBody).json(of: request))
        do {
            let (key, secret) = try await keys.create(wanted, by: AuditActor(try context.caller))
            return Response(
                .object([.init(key: "key", value: .string(secret.text))] + members(key, at: now())), status: .created,
                headers: [.location: "/api/v1/keys/\(key.id)"])
        } catch let error as KeyRing.TooMany {
            throw APIError(.conflict, "There are \(error.limit) keys, and there cannot be more.")
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        guard let key = try await keys.revoke(try Self.id(context), by: AuditActor(try context.caller)) else {
            throw Self.unknown(context)
        }
        return Response(.object(members(key, at: now())))
    }

    private static func id(_ context: APIContext) throws(APIError) -> KeyID {
        guard let id = KeyID(context.parameters.get("id") ?? "") else { throw unknown(context) }
        return id
    }

    private static func unknown(_ context: APIContext) -> APIError {
        APIError(.notFound, "There is no key \((context.parameters.get("id") ?? "").prefix(64)).")
    }

    private func members(_ key: KeyRecord, at time: WallTime) -> [JSONValue.Member] {
        [
            .init(key: "id", value: .string(key.id.description)), .init(key: "name", value: .string(key.name)),
            .init(key: "role", value: .string(key.role.rawValue)),
            .init(key: "state", value: .string(key.state(at: time).rawValue)),
            .init(key: "hint", value: .string(key.hint)), .init(key: "created_at", value: key.created.json),
            .init(key: "expires_at", value: key.expires?.json ?? .null),
            .init(key: "revoked_at", value: key.revoked?.json ?? .null),
            .init(key: "last_used_at", value: key.lastUsed?.json ?? .null),
            .init(key: "quota", value: keys.quota(of: key).json),
        ]
    }
}
