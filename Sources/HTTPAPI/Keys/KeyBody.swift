import Isolation
import Sessions

/// The body of `POST /api/v1/keys`.
enum KeyBody {
    static let fields = ["name", "role", "expires_in", "quota"]

    static func key(_ json: JSONValue) throws(InvalidRequest) -> NewKey {
        let body = try ObjectReader(json, fields: fields)
        return try NewKey(
            name: try body.requiredString("name"), role: try role(body),
            lifetimeSeconds: try body.number("expires_in"), overrides: try overrides(body))
    }

    private static func role(_ body: ObjectReader) throws(InvalidRequest) -> Caller.Role {
        guard let text = try body.string("role") else { return .user }
        guard let role = Caller.Role(rawValue: text) else {
            throw InvalidRequest(field: "role", message: "role must be “user” or “administrator”.")
        }
        return role
    }

    private static func overrides(_ body: ObjectReader) throws(InvalidRequest) -> QuotaOverrides {
        guard let value = body.member("quota") else { return QuotaOverrides() }
        let quota = try ObjectReader(value, path: "quota", fields: QuotaResource.allCases.map(\.rawValue))
        var overrides = QuotaOverrides()
        for resource in QuotaResource.allCases {
            guard let number = try quota.number(resource.rawValue) else { continue }
            try overrides.set(resource, to: number)
        }
        return overrides
    }
}
