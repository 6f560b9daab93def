/// Who may use a route.
enum RouteAccess: Hashable, Sendable {
    /// Without a key, from anywhere; such a route knows no caller.
    case everybody
    /// Whoever the server lets in.
    case callers
    case administrators
}
