import Hummingbird
import Isolation
import Sessions

/// `GET /security/policy`: what holds a program in, and how much it may use.
struct PolicyRoutes {
    let executions: any ExecutionService
    let bounds: RequestBounds

    var routes: [Route] { [Route(method: .get, path: "/security/policy", answer: policy)] }

    @Sendable private func policy(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        let limits = executions.limits
        return Response([
            "isolation": executions.isolation.json,
            "limits": [
                "default": limits.standard.json, "maximum": limits.maximum.json, "compile": limits.compile.json,
            ],
            "request": [
                "body_bytes": .integer(bounds.body), "code_bytes": .integer(bounds.code),
                "files": .integer(bounds.files), "tests": .integer(bounds.tests),
                "collect_patterns": .integer(bounds.patterns), "argument_bytes": .integer(bounds.arguments),
            ],
        ])
    }
}
