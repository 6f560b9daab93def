/// Whom an object belongs to. What belongs to somebody else does not exist for a caller.
package enum Owner: Hashable, Sendable, CustomStringConvertible {
    case key(KeyID)
    /// The key of the configuration (`API_KEY`), whatever its value is at present.
    case configuredKey
    /// Everybody who has no key, together.
    case anonymous

    /// As it is stored and shown.
    package var description: String {
        switch self {
        case .key(let id): id.description
        case .configuredKey: "configured_key"
        case .anonymous: "anonymous"
        }
    }

    /// Nil unless `text` is what `description` gives.
    package init?(_ text: String) {
        switch text {
        case "configured_key": self = .configuredKey
        case "anonymous": self = .anonymous
        default:
            guard let id = KeyID(text) else { return nil }
            self = .key(id)
        }
    }
}
