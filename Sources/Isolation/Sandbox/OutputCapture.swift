/// Keeps the first and the last part of what a program writes, up to a limit, and counts the rest.
///
/// Half of the limit goes to the beginning and half to the end, for both streams together and in the order of arrival.
/// Everything is counted, so that a flood can be told from a chatty program. Memory used is a few times the limit at most,
/// however the program divides its writes.
struct OutputCapture {
    private let headLimit: Int
    private let tailLimit: Int
    private var head = OutputRecording()
    private var tail = OutputRecording()
    private(set) var dropped = 0
    private(set) var standardOutput = 0
    private(set) var standardError = 0

    init(limit: ByteCount) {
        tailLimit = limit.bytes / 2
        headLimit = limit.bytes - tailLimit
    }

    /// Bytes written in all, kept or not.
    var total: Int { standardOutput + standardError }

    /// Bytes that a live listener may still be sent: listeners get the head, and the rest with the result.
    var headRoom: Int { headLimit + tailLimit - min(total, headLimit + tailLimit) }

    /// Memory in use, without what arrays hold in reserve.
    var heldBytes: Int { head.heldBytes + tail.heldBytes }

    /// Bytes are copied, so that no slice keeps a read buffer alive.
    mutating func append(_ stream: OutputStream, _ bytes: ArraySlice<UInt8>) {
        switch stream {
        case .standardOutput: standardOutput += bytes.count
        case .standardError: standardError += bytes.count
        }
        let taken = bytes.prefix(headLimit - head.count)
        head.append(stream, taken)
        let rest = bytes.dropFirst(taken.count)
        let last = rest.suffix(tailLimit)
        tail.append(stream, last)
        let excess = max(0, tail.count - tailLimit)
        tail.removeFirst(excess)
        dropped += excess + rest.count - last.count
    }

    /// What was kept. Where the middle was dropped, no character is left that is cut in half.
    var output: CapturedOutput {
        var result = head.output
        var end = tail.output
        if dropped > 0 {
            for stream in [\CapturedOutput.combined, \.standardOutput, \.standardError] {
                result[keyPath: stream].removeLast(UTF8Boundary.incompleteSuffix(of: result[keyPath: stream]))
                end[keyPath: stream].removeFirst(UTF8Boundary.continuationPrefix(of: end[keyPath: stream]))
            }
        }
        result.combined += end.combined
        result.standardOutput += end.standardOutput
        result.standardError += end.standardError
        result.dropped = dropped
        return result
    }
}

/// Where characters begin and end in UTF-8 (RFC 3629): a lead byte says how many bytes follow it.
enum UTF8Boundary {
    /// Bytes at the end that begin a character without ending it, 0 to 3.
    static func incompleteSuffix(of bytes: [UInt8]) -> Int {
        for length in 1...4 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            if byte & 0b1100_0000 == 0b1000_0000 { continue }
            let needed = byte < 0b1100_0000 ? 1 : byte < 0b1110_0000 ? 2 : byte < 0b1111_0000 ? 3 : 4
            return needed > length ? length : 0
        }
        return 0
    }

    /// Bytes at the beginning that go on with a character whose lead byte is missing, 0 to 3.
    static func continuationPrefix(of bytes: [UInt8]) -> Int {
        bytes.prefix(3).prefix { $0 & 0b1100_0000 == 0b1000_0000 }.count
    }
}
