import Hummingbird
import Languages
import Sessions

/// `GET /languages`: what can be run here, and why not the rest.
struct LanguagesRoutes {
    let executions: any ExecutionService

    var routes: [Route] {
        ["/languages", "/api/v1/languages"].map { Route(method: .get, path: $0, answer: list) }
    }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try QueryReader(request, fields: [])
        return Response(["languages": .array(executions.languages.entries.map(json))])
    }

    private func json(_ entry: LanguageRegistry.Entry) -> JSONValue {
        let language = entry.language
        var version: String?
        var reason: String?
        switch entry.availability {
        case .available(let found): version = found
        case .unavailable(let why): reason = why
        }
        return [
            "name": .string(language.name), "title": .string(language.title),
            "aliases": .array(language.aliases.map(JSONValue.string)), "extension": .string(language.fileExtension),
            "version": .optional(version), "available": .boolean(reason == nil), "reason": .optional(reason),
            "compiled": .boolean(language.compile != nil), "sample": .string(language.sample),
            "limits": executions.limits.standard.json,
        ]
    }
}
