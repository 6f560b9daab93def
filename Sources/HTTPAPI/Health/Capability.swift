/// A part of the API that not every server has. Clients, the page among them, offer only what is listed in `GET /health`.
enum Capability: String, CaseIterable {
    case analysis = "analysis"
    case files = "files"
    case sessions = "sessions"
    case system = "system"
    case terminal = "terminal"

    /// The path that makes the part.
    private var path: String {
        switch self {
        case .analysis: "/api/v1/analyze"
        case .files: "/api/v1/sessions/{id}/files"
        case .sessions: "/api/v1/sessions"
        case .system: "/api/v1/system/stream"
        case .terminal: "/api/v1/sessions/{id}/terminal"
        }
    }

    private var needsSessions: Bool { path.hasPrefix(SessionsRoutes.path) }

    /// Found by looking at the routes, so that nobody has to remember to announce one.
    static func all(in routes: [Route], hasSessions: Bool) -> [Capability] {
        allCases.filter { capability in
            routes.contains { $0.path == capability.path } && (hasSessions || !capability.needsSessions)
        }
    }
}
