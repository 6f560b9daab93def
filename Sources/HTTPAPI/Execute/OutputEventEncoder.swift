import Isolation

/// Turns output, as it comes, into messages of a stream.
struct OutputEventEncoder: Sendable {
    let encoding: OutputEncoding
    private var decoders: [OutputStream: UTF8StreamDecoder] = [:]

    init(encoding: OutputEncoding) { self.encoding = encoding }

    mutating func messages(for bytes: [UInt8], of stream: OutputStream) -> [ServerSentEvent] {
        if encoding == .base64 {
            return [.message(event: stream.rawValue, data: ["base64": encoding.json(bytes)])]
        }
        let text = decoders[stream, default: UTF8StreamDecoder()].decode(bytes)
        return text.isEmpty ? [] : [.message(event: stream.rawValue, data: ["text": .string(text)])]
    }

    /// Characters that were cut by the end of the output.
    mutating func rest() -> [ServerSentEvent] {
        [OutputStream.standardOutput, .standardError].compactMap { stream in
            guard let text = decoders[stream]?.finish(), !text.isEmpty else { return nil }
            return .message(event: stream.rawValue, data: ["text": .string(text)])
        }
    }
}
