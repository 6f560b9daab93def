import HTTPTypes
import Hummingbird
import Sessions

/// `/api/v1/sessions`: the caller's sessions.
struct SessionsRoutes {
    let sessions: any SessionService
    let bounds: RequestBounds

    static let path = "/api/v1/sessions"

    /// Bytes of a body that makes or changes a session: its variables and metadata, and what JSON adds.
    private static let maximumBody = 1 << 20

    var routes: [Route] {
        [
            Route(method: .get, path: Self.path, answer: list),
            Route(method: .post, path: Self.path, answer: create),
            Route(method: .get, path: Self.path + "/{id}", answer: get),
            Route(method: .patch, path: Self.path + "/{id}", answer: change),
            Route(method: .delete, path: Self.path + "/{id}", answer: end),
        ]
    }

    private var body: SessionBody { SessionBody(bounds: sessions.bounds, requests: bounds) }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let reader = try QueryReader(request, fields: ["state", "name", "limit", "after"])
        var query = SessionQuery(limit: try reader.integer("limit", in: 1...100, default: 50))
        query.state = try reader.choice("state")
        query.name = reader.text("name")
        if let text = reader.text("after") {
            guard let id = SessionID(text) else {
                throw InvalidRequest(
                    field: "after", message: "after must be the value of next in an answer of this path.")
            }
            query.after = id
        }
        let page = try await sessions.sessions(query, of: try context.caller)
        return Response([
            "sessions": .array(page.sessions.map(\.json)), "next": .optional(page.next?.description),
            "total": .integer(page.total),
        ])
    }

    /// Nothing needs to be said of a session: no body is as good as an empty one.
    @Sendable private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let json = try await BodyReader(limit: Self.maximumBody).json(of: request, otherwise: [:])
        let session = try await sessions.create(try body.session(json), by: try context.caller)
        return Response(session.json, status: .created, headers: [.location: "\(Self.path)/\(session.row.id)"])
    }

    @Sendable private func get(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        return Response(try await sessions.session(try context.session, of: try context.caller).json)
    }

    @Sendable private func change(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let id = try context.session
        let change = try body.change(try await BodyReader(limit: Self.maximumBody).json(of: request))
        return Response(try await sessions.change(id, change, by: try context.caller).json)
    }

    @Sendable private func end(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        try await sessions.end(try context.session, by: try context.caller)
        return Response(status: .noContent)
    }
}

extension APIContext {
    /// The session that the path names. What has not the form of an identifier names none.
    var session: SessionID {
        get throws {
            guard let id = SessionID(parameters.get("id") ?? "") else { throw SessionRefusal.notFound(what: "session") }
            return id
        }
    }
}
