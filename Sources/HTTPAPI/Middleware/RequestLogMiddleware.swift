import HTTPTypes
import Hummingbird
import Logging

/// Writes one line per request when its answer is complete; for a stream, when the stream has ended.
struct RequestLogMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let logger: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let status = response.status.code
        return response.whenComplete { log(request, context, status: status, since: start) }
    }

    private func log(_ request: Request, _ context: APIContext, status: Int, since start: ContinuousClock.Instant) {
        let duration = ((ContinuousClock.now - start) / .microseconds(1)).rounded() / 1000
        var metadata: Logger.Metadata = [
            "method": "\(request.method)", "path": "\(request.uri.path.prefix(256))", "status": "\(status)",
            "duration_ms": "\(duration)", "request_id": "\(context.requestID)",
        ]
        if let caller = context.record.caller { metadata["caller"] = "\(caller)" }
        if let execution = context.record.executionID { metadata["execution_id"] = "\(execution)" }
        logger.info("request", metadata: metadata)
    }
}
