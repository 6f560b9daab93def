import HTTPTypes
import Hummingbird
import Metrics

/// Counts and times requests, by the route that answered: by what a client asks for, the series would have no end.
struct MetricsMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let factory: any MetricsFactory
    /// What the document lists, by the router's way of writing it: all that a series may be named after.
    let routes: [String: String]

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let status = response.status.code
        return response.whenComplete { count(request, context, status: status, since: start) }
    }

    private func count(_ request: Request, _ context: APIContext, status: Int, since start: ContinuousClock.Instant) {
        let route = context.endpointPath.flatMap { routes[$0] }
        // Without a route the method is whatever the client made up.
        let method = route == nil ? "none" : request.method.rawValue
        Counter(
            label: "sandmartin_http_requests_total",
            dimensions: [("method", method), ("route", route ?? "none"), ("status", String(status))], factory: factory
        ).increment()
        Timer(
            label: "sandmartin_http_request_duration_seconds", dimensions: [("route", route ?? "none")],
            factory: factory
        )
        .recordNanoseconds(Int64((ContinuousClock.now - start) / .nanoseconds(1)))
    }
}
