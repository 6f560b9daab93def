import Hummingbird
import Interception
import Sessions

/// `GET /security/rules`: every rule with what to do instead, and with programs that show what it finds.
///
/// Apart from `/security/policy`, which clients ask for before each first run and which is large enough.
struct RulesRoutes {
    let executions: any ExecutionService

    var routes: [Route] { [Route(method: .get, path: "/security/rules", answer: rules)] }

    @Sendable private func rules(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        return Response(["rules": .array(executions.screening.interceptor.rules.map(\.explained))])
    }
}

extension Rule {
    /// The members of a rule in `/security/policy`, and the rest of it.
    fileprivate var explained: JSONValue {
        .object(
            members + [
                .init(key: "recommendation", value: .string(recommendation)),
                .init(
                    key: "examples",
                    value: [
                        "found": .array(examples.matching.map(\.json)),
                        "not_found": .array(examples.notMatching.map(\.json)),
                    ]),
            ])
    }
}

extension Rule.Example {
    fileprivate var json: JSONValue { ["language": .string(language.rawValue), "code": .string(code)] }
}
