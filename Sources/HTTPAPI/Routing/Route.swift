import HTTPTypes
import Hummingbird

/// One operation of the API.
struct Route: Sendable {
    var method: HTTPRequest.Method
    /// As in the OpenAPI document: `/api/v1/runs/{id}`.
    var path: String
    /// Unless a route says otherwise, callers must be let in.
    var access = RouteAccess.callers
    /// Whether it takes a body of any size, piece by piece.
    var streamsBody = false
    var answer: @Sendable (Request, APIContext) async throws -> Response

    /// As the router writes it: `{path}` at the end stands for all the rest.
    var routerPath: String { path.hasSuffix("/{path}") ? String(path.dropLast("{path}".count)) + "**" : path }
}

/// The methods that each path has, to tell a wrong method from a wrong path.
struct RouteIndex: Sendable {
    private var paths: [(parts: [Substring], methods: [HTTPRequest.Method])] = []
    private var streaming: [(parts: [Substring], method: HTTPRequest.Method)] = []

    init(_ routes: [Route]) {
        for route in routes {
            let parts = Self.parts(of: route.path)
            let methods = route.method == .get ? [.get, .head] : [route.method]
            if route.streamsBody { streaming.append((parts, route.method)) }
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
        return paths.first { Self.matches($0.parts, wanted) }?.methods ?? []
    }

    /// Whether a body of any size may come.
    func streamsBody(_ method: HTTPRequest.Method, _ path: String) -> Bool {
        let wanted = Self.parts(of: path)
        return streaming.contains { $0.method == method && Self.matches($0.parts, wanted) }
    }

    private static func matches(_ known: [Substring], _ wanted: [Substring]) -> Bool {
        let isLongEnough = known.last == "{path}" ? wanted.count >= known.count : wanted.count == known.count
        return isLongEnough && zip(known, wanted).allSatisfy { $0 == $1 || $0.first == "{" }
    }

    private static func parts(of path: String) -> [Substring] { path.split(separator: "/") }
}
