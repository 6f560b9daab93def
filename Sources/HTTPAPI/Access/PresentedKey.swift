import HTTPTypes
import Hummingbird
import Sessions

/// The key that a request carries: `Authorization: Bearer …` or `X-API-Key: …`.
enum PresentedKey {
    /// Nil when there is none. Throws when there are two that differ: which of them is meant cannot be known.
    static func secret(in headers: HTTPFields) throws(InvalidRequest) -> String? {
        let keys = headers[values: .authorization].compactMap(bearer) + headers[values: .xAPIKey].map(trimmed)
        guard let first = keys.first else { return nil }
        guard keys.allSatisfy({ $0 == first }) else {
            throw InvalidRequest(field: "X-API-Key", message: "The request carries two keys; send one.")
        }
        return first
    }

    /// Other schemes are not ours to judge: a proxy may use them.
    private static func bearer(_ value: String) -> String? {
        let parts = value.split(separator: " ", maxSplits: 1)
        guard let scheme = parts.first, scheme.lowercased() == "bearer" else { return nil }
        return parts.count > 1 ? trimmed(String(parts[1])) : ""
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension HTTPField.Name {
    static let xAPIKey = Self("X-API-Key")!
}
