import HTTPTypes
import Hummingbird

/// One operation of the API.
struct Route: Sendable {
    var method: HTTPRequest.Method
    /// As in the OpenAPI document: `/api/v1/runs/{id}`.
    var path: String
    /// Unless a route says otherwise, callers must be let in.
    var access = RouteAccess.callers
    var answer: @Sendable (Request, APIContext) async throws -> Response
}

/// The methods that each path has, to tell a wrong method from a wrong path.
struct RouteIndex: Sendable {
    private var paths: [(parts: [Substring], methods: [HTTPRequest.Method])] = []

    init(_ routes: [Route]) {
        for route in routes {
            let parts = Self.parts(of: route.path)
            let methods = route.method == .get ? [.get, .head] : [route.method]
            if let known = paths.firstIndex(where: { $0.parts == parts }) {
                paths[known].methods += methods
            } else {
                paths.append((parts, methods))
            }
        }
    }

    /// Empty when there is no such path.
    func methods(of path: String) -> [HTTPRequest.Method] {
        let wanted = Self.parts(of: path)
        let match = paths.first { known in
            known.parts.count == wanted.count && zip(known.parts, wanted).allSatisfy { $0 == $1 || $0.first == "{" }
        }
        return match?.methods ?? []
    }

    private static func parts(of path: String) -> [Substring] { path.split(separator: "/") }
}
