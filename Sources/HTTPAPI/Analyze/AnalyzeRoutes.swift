import Hummingbird
import Interception
import Languages
import Sessions

/// `POST /api/v1/analyze`: what a program would do, without running it.
struct AnalyzeRoutes {
    let executions: any ExecutionService
    let bounds: RequestBounds

    static let fields = ["code", "language", "policy"]
    /// The language of a single command for a shell: Bash, with the bound of commands.
    static let shell = "shell"

    var routes: [Route] { [Route(method: .post, path: "/api/v1/analyze", answer: analyze)] }

    @Sendable private func analyze(_ request: Request, _ context: APIContext) async throws -> Response {
        let json = try await BodyReader(limit: bounds.body).json(of: request)
        let body = try ObjectReader(json, fields: Self.fields)
        let code = try body.requiredString("code")
        let name = try body.requiredString("language").lowercased()
        let policy = try executions.screening.policies.policy(named: try body.string("policy"))
        try bounds.check(code: code)
        let language = try language(named: name)
        if name == Self.shell { try checkCommand(code) }
        return Response(try await executions.screening.report(on: code, language: language, policy: policy).json)
    }

    /// A language that is read, whether or not its tools are there.
    private func language(named name: String) throws(APIError) -> SourceLanguage {
        if name == Self.shell { return .bash }
        if let entry = executions.languages.language(named: name), let language = SourceLanguage(entry.language) {
            return language
        }
        let known = SourceLanguage.allCases.map(\.rawValue) + [Self.shell]
        throw APIError(
            .unsupportedLanguage,
            "“\(name.prefix(64))” is not a language that can be analysed; there are \(known.joined(separator: ", ")).",
            field: "language")
    }

    private func checkCommand(_ command: String) throws(APIError) {
        let limit = executions.screening.maximumCommand
        guard command.utf8.count <= limit else {
            throw APIError(
                .tooLarge, "A shell command may have at most \(limit) bytes, not \(command.utf8.count).", field: "code")
        }
    }
}
