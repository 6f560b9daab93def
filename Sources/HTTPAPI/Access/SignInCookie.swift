import HTTPTypes
import Hummingbird

/// The cookie of somebody who signed in.
enum SignInCookie {
    static let name = "sandmartin"

    /// Nil when there is none. Of several the first counts, which browsers send for the nearest path.
    static func token(in headers: HTTPFields) -> String? {
        for pair in headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].filter({ $0 != " " }) == name else { continue }
            return parts[1].filter { $0 != " " }
        }
        return nil
    }

    /// No script reads it, and no page of others makes a browser send it. Over https it is kept to https.
    static func set(_ token: String, for lifetime: Duration, _ request: Request) -> String {
        "\(name)=\(token); Max-Age=\(lifetime.components.seconds)" + attributes(request)
    }

    static func removal(_ request: Request) -> String { "\(name)=; Max-Age=0" + attributes(request) }

    private static func attributes(_ request: Request) -> String {
        "; Path=/; HttpOnly; SameSite=Strict" + (isSecure(request) ? "; Secure" : "")
    }

    /// A proxy in front has the certificate; a browser says where its page is from. Whoever says it wrongly shuts out
    /// nobody but themselves.
    private static func isSecure(_ request: Request) -> Bool {
        request.headers[.origin]?.lowercased().hasPrefix("https://") == true
            || request.headers[.xForwardedProto]?.lowercased() == "https"
    }
}

extension HTTPField.Name {
    static let xForwardedProto = Self("X-Forwarded-Proto")!
}
