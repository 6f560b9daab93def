import Hummingbird
import Isolation
import Sessions

/// `GET /security/policy`: what is refused, what holds a program in, and how much it may use.
struct PolicyRoutes {
    let executions: any ExecutionService
    let sessions: (any SessionService)?
    let bounds: RequestBounds

    var routes: [Route] { [Route(method: .get, path: "/security/policy", answer: policy)] }

    @Sendable private func policy(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let limits = executions.limits
        let engine: [JSONValue.Member] = [
            .init(key: "isolation", value: executions.isolation.json),
            .init(
                key: "limits",
                value: [
                    "default": limits.standard.json, "maximum": limits.maximum.json, "compile": limits.compile.json,
                ]),
            .init(key: "request", value: bounds.json), .init(key: "sessions", value: sessionBounds),
        ]
        return Response(.object(engine + executions.screening.members))
    }

    /// Null on a server that keeps no sessions.
    private var sessionBounds: JSONValue {
        guard let sessions, sessions.obstacle == nil else { return .null }
        return sessions.bounds.json
    }
}

extension RequestBounds {
    fileprivate var json: JSONValue {
        [
            "body_bytes": .integer(body), "code_bytes": .integer(code), "files": .integer(files),
            "tests": .integer(tests), "collect_patterns": .integer(patterns), "argument_bytes": .integer(arguments),
        ]
    }
}
