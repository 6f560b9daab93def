import Sessions

/// A part of a process's output. As text it ends between characters, unless nothing else is left.
struct OutputAnswer {
    let json: JSONValue

    init(_ output: ProcessOutput, encoding: OutputEncoding) {
        var next = output.next
        let text: JSONValue
        if encoding == .utf8, !output.isComplete {
            var decoder = UTF8StreamDecoder()
            var characters = decoder.decode(output.bytes)
            // Where nothing but the beginning of a character is there, waiting for its rest would be asking without end.
            if characters.isEmpty { characters = decoder.finish() }
            next -= decoder.pendingCount
            text = .string(characters)
        } else {
            text = encoding.json(output.bytes)
        }
        json = [
            "output": text, "encoding": .string(encoding.rawValue), "offset": .integer(output.offset),
            "next_offset": .integer(next), "complete": .boolean(output.isComplete && next == output.next),
        ]
    }
}
