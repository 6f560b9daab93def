import Isolation
import Sessions

/// Turns the events of one execution into messages of its stream.
struct ExecutionEventEncoder {
    let id: ExecutionID
    let language: String
    let encoding: OutputEncoding
    let now: @Sendable () -> Timestamp
    private var output: OutputEventEncoder

    init(id: ExecutionID, language: String, encoding: OutputEncoding, now: @escaping @Sendable () -> Timestamp) {
        self.id = id
        self.language = language
        self.encoding = encoding
        self.now = now
        output = OutputEventEncoder(encoding: encoding)
    }

    mutating func messages(for event: ExecutionEvent) -> [ServerSentEvent] {
        switch event {
        case .started:
            return [
                .message(
                    event: "started",
                    data: ["execution_id": .string(id.description), "language": .string(language)])
            ]
        case .compiled(let run):
            return [.message(event: "compile", data: RunAnswer(run: run, encoding: encoding).json)]
        case .output(let stream, let bytes):
            return output.messages(for: bytes, of: stream)
        case .result(let result):
            let answer = ExecutionAnswer(result: result, encoding: encoding, timestamp: now())
            return output.rest() + [.message(event: "result", data: answer.json)]
        }
    }
}
