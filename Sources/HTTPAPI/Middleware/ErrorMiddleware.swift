import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// Turns whatever a route throws into the one error shape, and takes the body off answers to HEAD.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let routes: RouteIndex
    let logger: Logger
    let now: @Sendable () -> Timestamp

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            // The connection is broken; ConnectionHandler has answered.
            throw error
        } catch {
            response = Response(told(error, request, context), requestID: context.requestID, at: now())
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func told(_ error: any Error, _ request: Request, _ context: APIContext) -> APIError {
        // Our own routes throw APIError: this one is the router's, which found no route.
        if let error = error as? HTTPError, error.status == .notFound { return unrouted(request) }
        let told = APIError(telling: error)
        if told.code == .internal {
            logger.error(
                "request failed",
                metadata: ["request_id": "\(context.requestID)", "error": "\(String(reflecting: error))"])
        }
        return told
    }

    private func unrouted(_ request: Request) -> APIError {
        let path = request.uri.path.prefix(128)
        let methods = routes.methods(of: request.uri.path).map(\.rawValue)
        guard !methods.isEmpty else { return APIError(.notFound, "There is nothing at \(path).") }
        let allowed = methods.joined(separator: ", ")
        return APIError(
            .methodNotAllowed, "\(path) does not answer \(request.method.rawValue.prefix(32)); it has \(allowed).",
            headers: [.allow: allowed])
    }
}
