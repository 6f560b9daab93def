import HTTPTypes
import Hummingbird

/// Keeps web pages of others from using this server through their visitor's browser.
struct OriginRule: Hashable, Sendable {
    /// Origins besides the server's own, such as `https://example.org`.
    let allowed: Set<String>

    /// Browsers say from which page a request comes that can change something. Throws unless that is a page of this
    /// server, or one that the operator allows.
    func check(_ request: Request) throws(APIError) {
        guard Self.changesState(request), let origin = request.headers[.origin] else { return }
        guard !allowed.contains(origin.lowercased()) else { return }
        guard let host = Self.authority(of: origin), host == request.head.authority?.lowercased() else {
            throw APIError(
                .forbidden,
                "Pages of \(origin.prefix(128)) may not use this server; its operator can allow them in allowed_origins."
            )
        }
    }

    /// For requests that are let in by what a browser sends by itself. Throws when one can change something and does not say
    /// from which page it comes.
    func requireOrigin(_ request: Request) throws(APIError) {
        guard !Self.changesState(request) || request.headers[.origin] != nil else {
            throw APIError(.forbidden, "With a cookie, requests that change something must have an Origin; send a key.")
        }
    }

    /// For a server that trusts whoever is at its machine. A page whose name leads to this machine (DNS rebinding) would
    /// be of the same origin: so only names count that nobody else can give.
    func checkHost(_ request: Request) throws(APIError) {
        guard let authority = request.head.authority?.lowercased() else { return }
        guard Self.isOfTheMachine(authority) || allowed.contains(where: { Self.authority(of: $0) == authority }) else {
            throw APIError(
                .forbidden,
                "Without keys this server answers to localhost alone, not to \(authority.prefix(128)): make a key "
                    + "(sandmartin keys create), or have its operator set allowed_origins.")
        }
    }

    private static func changesState(_ request: Request) -> Bool {
        switch request.method {
        // A WebSocket begins as a GET.
        case .get, .head, .options: request.headers[.upgrade] != nil
        default: true
        }
    }

    /// `example.org:8080` of `http://example.org:8080`; nil for what is no origin, such as `null`.
    private static func authority(of origin: String) -> String? {
        guard let separator = origin.firstRange(of: "://") else { return nil }
        return origin[separator.upperBound...].lowercased()
    }

    /// `localhost`, or an address in numbers.
    private static func isOfTheMachine(_ authority: String) -> Bool {
        if authority.hasPrefix("[") { return true }
        let name = authority.prefix { $0 != ":" }
        return name == "localhost" || name.hasSuffix(".localhost")
            || isAddress(name)
    }

    /// Four numbers of at most three digits, as in `127.0.0.1`.
    private static func isAddress(_ name: Substring) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            }
    }
}
