import Isolation
import Sessions

/// The body of `POST /api/v1/execute`.
struct CommandBody {
    let request: CommandRequest
    /// Nil: the caller's default session.
    let session: SessionID?
    let encoding: OutputEncoding

    static let fields = [
        "command", "session_id", "timeout", "stdin", "env", "background", "policy", "output_encoding",
    ]
    private static let leastTimeout = 0.1
    /// More variables than fit into the bound on their bytes cannot be meant.
    private static let maximumVariables = 4096

    init(
        _ json: JSONValue, sessions: SessionBounds, screening: Screening, requests: RequestBounds
    ) throws(InvalidRequest) {
        let body = try ObjectReader(json, fields: Self.fields)
        var request = CommandRequest(command: try Self.command(body, atMost: screening.maximumCommand))
        request.standardInput = Array((try body.string("stdin") ?? "").utf8)
        request.environment = try EnvironmentVariables.checked(
            try body.strings(in: "env", atMost: Self.maximumVariables), atMost: requests.arguments)
        request.isBackground = try body.boolean("background") ?? false
        request.timeout = try Bounded.seconds(
            try body.number("timeout"), "timeout", from: Self.leastTimeout, to: sessions.maximumTimeout)
        request.policy = try screening.policies.policy(named: try body.string("policy"))
        self.request = request
        session = try body.session()
        encoding = try body.outputEncoding("output_encoding")
    }

    private static func command(_ body: ObjectReader, atMost limit: Int) throws(InvalidRequest) -> String {
        let command = try body.requiredString("command")
        guard command.contains(where: { !$0.isWhitespace }) else {
            throw InvalidRequest(field: "command", message: "command must not be empty.")
        }
        guard command.utf8.count <= limit else {
            throw InvalidRequest(
                field: "command",
                message:
                    "command may have at most \(limit) bytes, not \(command.utf8.count): put a long one into a file.")
        }
        guard !command.utf8.contains(0) else {
            throw InvalidRequest(field: "command", message: "command must not have a NUL character.")
        }
        return command
    }
}

extension ObjectReader {
    /// The member `session_id`; nil when there is none.
    func session() throws(InvalidRequest) -> SessionID? {
        guard let text = try string("session_id") else { return nil }
        guard let id = SessionID(text) else {
            throw InvalidRequest(
                field: name(of: "session_id"),
                message: "session_id must be the id of a session: ses_ and 32 hexadecimal digits.")
        }
        return id
    }

    func outputEncoding(_ key: String) throws(InvalidRequest) -> OutputEncoding {
        guard let text = try string(key) else { return .utf8 }
        guard let encoding = OutputEncoding(rawValue: text) else {
            throw InvalidRequest(field: name(of: key), message: "\(name(of: key)) must be “utf8” or “base64”.")
        }
        return encoding
    }
}
