import Hummingbird
import Sessions

/// `GET /api/v1/audit`: who did what, for administrators.
struct AuditRoutes {
    let audit: any AuditLog
    /// What is on its way to the log is in it before it is read.
    let journal: Journal

    var routes: [Route] {
        [Route(method: .get, path: "/api/v1/audit", access: .administrators, answer: list)]
    }

    @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let reader = try QueryReader(request, fields: ["limit", "before", "owner", "action", "decision"])
        var query = AuditQuery(limit: try reader.integer("limit", in: 1...1000, default: 100))
        if reader.text("before") != nil { query.before = try reader.integer("before", in: 1...Int.max, default: 1) }
        query.action = try reader.choice("action")
        query.decision = try reader.choice("decision")
        query.owner = try owner(reader)
        await journal.flush()
        let entries = try await audit.entries(query)
        // A page that is not full is the last.
        let next = entries.count == query.limit ? entries.last?.number : nil
        return Response(["entries": .array(entries.map(\.json)), "next": .optional(next)])
    }

    private func owner(_ reader: QueryReader) throws(InvalidRequest) -> Owner? {
        guard let text = reader.text("owner") else { return nil }
        guard let owner = Owner(text) else {
            throw InvalidRequest(
                field: "owner", message: "owner must be the id of a key, “configured_key” or “anonymous”.")
        }
        return owner
    }
}

extension AuditEntry {
    var json: JSONValue {
        [
            "number": .integer(number), "time": event.time.json, "owner": .optional(event.owner?.description),
            "actor": .string(event.actor), "address": .optional(event.address),
            "action": .string(event.action.rawValue), "subject": .optional(event.subject),
            "decision": .string(event.decision.rawValue), "outcome": .optional(event.outcome),
            "details": .object(
                event.details.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .string($0.value)) }),
        ]
    }
}
