import Isolation
import Sessions

/// Turns the events of one execution into messages of its stream.
struct ExecutionEventEncoder {
    let id: ExecutionID
    let language: String
    let encoding: OutputEncoding
    let now: @Sendable () -> Timestamp
    private var decoders: [OutputStream: UTF8StreamDecoder] = [:]

    init(id: ExecutionID, language: String, encoding: OutputEncoding, now: @escaping @Sendable () -> Timestamp) {
        self.id = id
        self.language = language
        self.encoding = encoding
        self.now = now
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
            return output(bytes, stream)
        case .result(let result):
            let answer = ExecutionAnswer(result: result, encoding: encoding, timestamp: now())
            return rest() + [.message(event: "result", data: answer.json)]
        }
    }

    private mutating func output(_ bytes: [UInt8], _ stream: OutputStream) -> [ServerSentEvent] {
        if encoding == .base64 {
            return [.message(event: stream.rawValue, data: ["base64": encoding.json(bytes)])]
        }
        let text = decoders[stream, default: UTF8StreamDecoder()].decode(bytes)
        return text.isEmpty ? [] : [.message(event: stream.rawValue, data: ["text": .string(text)])]
    }

    /// Characters that were cut by the end of the output.
    private mutating func rest() -> [ServerSentEvent] {
        [OutputStream.standardOutput, .standardError].compactMap { stream in
            guard let text = decoders[stream]?.finish(), !text.isEmpty else { return nil }
            return .message(event: stream.rawValue, data: ["text": .string(text)])
        }
    }
}
