import Hummingbird
import Sessions

/// Has the records of what an answer tells of written before it begins: what is acknowledged outlives the server's death.
///
/// What only reads waits too, for it may tell of a run that has just ended; what is refused does not.
struct RecordsMiddleware: RouterMiddleware {
    let journal: Journal

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        await journal.settle()
        return response
    }
}
