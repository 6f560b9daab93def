import Hummingbird
import Sessions

/// Has the records of what an answer tells of written before it begins: what is acknowledged outlives the server's death.
///
/// So does what reads runs or the audit log: it may tell of a run that has just ended. Nothing else that only reads waits,
/// and nothing that is refused.
struct RecordsMiddleware: RouterMiddleware {
    let journal: Journal

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        if tells(request) { await journal.settle() }
        return response
    }

    private func tells(_ request: Request) -> Bool {
        guard request.method == .get || request.method == .head else { return true }
        return ["/api/v1/runs", "/api/v1/audit"].contains { request.uri.path.hasPrefix($0) }
    }
}
