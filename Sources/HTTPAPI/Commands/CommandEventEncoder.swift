import Isolation
import Sessions

/// Turns what a command does into messages of its stream.
struct CommandEventEncoder: Sendable {
    let now: @Sendable () -> Timestamp
    private let encoding: OutputEncoding
    private var output: OutputEventEncoder

    init(encoding: OutputEncoding, now: @escaping @Sendable () -> Timestamp) {
        self.encoding = encoding
        self.now = now
        output = OutputEventEncoder(encoding: encoding)
    }

    mutating func messages(for item: CommandStream.Item) -> [ServerSentEvent] {
        switch item {
        case .started(let session, let pid):
            return [
                .message(
                    event: "started", data: ["session_id": .string(session.description), "pid": .integer(Int(pid))])
            ]
        case .output(let stream, let bytes): return output.messages(for: bytes, of: stream)
        case .ended(let reply):
            let answer = CommandAnswer(reply: reply, encoding: encoding, timestamp: now())
            return output.rest() + [.message(event: "result", data: answer.json)]
        case .lost(let refusal):
            let error = APIError(refusal)
            return output.rest() + [
                .message(
                    event: "error", data: ["error": .string(error.message), "code": .string(error.code.rawValue)])
            ]
        }
    }
}
