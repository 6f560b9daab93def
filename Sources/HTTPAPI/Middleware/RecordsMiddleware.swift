import Hummingbird
import Sessions

/// Has the records of what a request did written before its answer begins: what is acknowledged outlives the server's death.
///
/// What only reads does not wait, and neither does what is refused.
struct RecordsMiddleware: RouterMiddleware {
    let journal: Journal

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        if request.method != .get, request.method != .head { await journal.settle() }
        return response
    }
}
