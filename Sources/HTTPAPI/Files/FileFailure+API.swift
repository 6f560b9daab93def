import Hummingbird
import Sessions

extension APIError {
    init(_ failure: FileFailure) {
        switch failure.reason {
        case .notFound: self.init(.notFound, failure.message)
        case .conflict: self.init(.conflict, failure.message)
        case .preconditionFailed: self.init(.preconditionFailed, failure.message)
        case .tooLarge: self.init(.tooLarge, failure.message)
        case .invalid(let field): self.init(.invalidRequest, failure.message, field: field)
        case .diskFull: self = .overloaded(failure.message, retryAfter: .seconds(60))
        case .busy: self = .overloaded(failure.message, retryAfter: .seconds(1))
        case .system: self.init(.internal, failure.message)
        }
    }
}

extension SessionFiles {
    /// The workspace that the request's path names, and the session's identifier.
    func workspace(_ context: APIContext) async throws -> (SessionWorkspace, id: String) {
        let text = context.parameters.get("id") ?? ""
        guard let id = SessionID(text), let workspace = try await self.workspace(of: id, for: try context.caller) else {
            throw APIError(.notFound, "There is no session \(text.prefix(64)): it never was, or it has ended.")
        }
        return (workspace, id.description)
    }
}
