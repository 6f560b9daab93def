import HTTPTypes
import Hummingbird

/// Answers with the files of the page, and leaves every other path to the API.
///
/// `/` is both: the page for a client that asks for HTML, as browsers do, and the health of the server for all others.
struct WebPageMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let files: WebFiles

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        guard let file = files[path], path != "/" || Self.wantsHTML(request) else {
            return try await next(request, context)
        }
        guard request.method == .get || request.method == .head else {
            throw APIError(
                .methodNotAllowed, "\(path) does not answer \(request.method.rawValue.prefix(32)); it has GET, HEAD.",
                headers: [.allow: "GET, HEAD"])
        }
        return file.response(to: request)
    }

    private static func wantsHTML(_ request: Request) -> Bool {
        (request.method == .get || request.method == .head)
            && request.headers[values: .accept].contains { value in
                value.split(separator: ",").contains { range in
                    range.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased() == "text/html"
                }
            }
    }
}
