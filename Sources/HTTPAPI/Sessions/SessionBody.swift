import Isolation
import Sessions

/// The bodies of `POST /api/v1/sessions` and `PATCH /api/v1/sessions/{id}`.
struct SessionBody {
    let bounds: SessionBounds
    let requests: RequestBounds

    static let fields = ["name", "env", "idle_timeout", "lifetime", "limits", "metadata"]
    static let changeFields = ["name", "idle_timeout", "lifetime", "metadata"]
    static let limitFields = ["memory_mb", "processes", "disk_mb"]

    /// Characters of a name.
    private static let maximumName = 100
    /// Bytes of a name and of a value in `metadata`.
    private static let maximumMetadata = (name: 64, value: 1024)
    /// More variables than fit into the bound on their bytes cannot be meant.
    private static let maximumVariables = 4096

    func session(_ json: JSONValue) throws(InvalidRequest) -> NewSession {
        let body = try ObjectReader(json, fields: Self.fields)
        var session = NewSession(bounds)
        session.name = try name(body)
        session.environment = try EnvironmentVariables.checked(
            try body.strings(in: "env", atMost: Self.maximumVariables), atMost: requests.arguments)
        session.metadata = try metadata(body) ?? [:]
        if let timeout = try idleTimeout(body) { session.idleTimeout = timeout }
        if let lifetime = try lifetime(body) { session.lifetime = lifetime }
        if let value = body.member("limits") { try narrow(&session, value) }
        return session
    }

    func change(_ json: JSONValue) throws(InvalidRequest) -> SessionChange {
        let body = try ObjectReader(json, fields: Self.changeFields)
        var change = SessionChange()
        change.name = try name(body)
        change.metadata = try metadata(body)
        change.idleTimeout = try idleTimeout(body)
        change.lifetime = try lifetime(body)
        guard change != SessionChange() else {
            throw InvalidRequest(
                field: "body", message: "The body must have one of \(Self.changeFields.joined(separator: ", ")).")
        }
        return change
    }

    /// An empty name is one that nobody sees: it takes the old one away.
    private func name(_ body: ObjectReader) throws(InvalidRequest) -> String? {
        guard let name = try body.string("name") else { return nil }
        guard name.count <= Self.maximumName, name.unicodeScalars.allSatisfy({ !$0.isControl }) else {
            throw InvalidRequest(
                field: "name",
                message: "name may have at most \(Self.maximumName) characters, none of them a control character.")
        }
        return name
    }

    private func metadata(_ body: ObjectReader) throws(InvalidRequest) -> [String: String]? {
        guard body.member("metadata") != nil else { return nil }
        let members = try body.strings(in: "metadata", atMost: SessionBounds.maximumMetadata)
        let most = Self.maximumMetadata
        for (name, value) in members {
            let field = "metadata.\(name.prefix(64))"
            guard (1...most.name).contains(name.utf8.count), value.utf8.count <= most.value else {
                throw InvalidRequest(
                    field: field,
                    message: "\(field) may have a name of 1 to \(most.name) bytes and a value of at most \(most.value)."
                )
            }
        }
        return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    private func idleTimeout(_ body: ObjectReader) throws(InvalidRequest) -> Duration? {
        try Bounded.seconds(
            try body.number("idle_timeout"), "idle_timeout", from: 1, to: bounds.maximumIdleTimeout)
    }

    private func lifetime(_ body: ObjectReader) throws(InvalidRequest) -> Duration? {
        try Bounded.seconds(try body.number("lifetime"), "lifetime", from: 1, to: bounds.maximumLifetime)
    }

    private func narrow(_ session: inout NewSession, _ value: JSONValue) throws(InvalidRequest) {
        let limits = try ObjectReader(value, path: "limits", fields: Self.limitFields)
        func number(_ key: String, from least: Int, to most: Int) throws(InvalidRequest) -> Int? {
            try Bounded.whole(try limits.number(key), limits.name(of: key), from: least, to: most)
        }
        let most = bounds.limits
        if let memory = try number("memory_mb", from: 8, to: most.memory.mebibytes) {
            session.limits.memory = .mebibytes(memory)
        }
        if let processes = try number("processes", from: 1, to: most.processes) {
            session.limits.processes = processes
        }
        if let disk = try number("disk_mb", from: 1, to: bounds.disk.mebibytes) { session.disk = .mebibytes(disk) }
    }
}

extension Unicode.Scalar {
    /// Whether it has no shape of its own, and could make a list of names look like something else.
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: true
        default: false
        }
    }
}
