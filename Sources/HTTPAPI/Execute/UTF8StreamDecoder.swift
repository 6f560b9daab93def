/// Turns chunks of bytes into text as they come. The texts together are what the bytes together would have given: a
/// character that is cut by a chunk's end waits for its rest, and what is not UTF-8 becomes U+FFFD.
struct UTF8StreamDecoder {
    /// The beginning of a character, at most three bytes.
    private var pending: [UInt8] = []

    /// Bytes that wait for the rest of their character.
    var pendingCount: Int { pending.count }

    mutating func decode(_ chunk: [UInt8]) -> String {
        let bytes = pending + chunk
        let cut = Self.incompleteSuffix(of: bytes)
        pending = Array(bytes[cut...])
        return String(decoding: bytes[..<cut], as: UTF8.self)
    }

    /// What is left when no more bytes come.
    mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// Where a character begins that the end may have cut. Before a leading byte a text can be cut without changing it.
    private static func incompleteSuffix(of bytes: [UInt8]) -> Int {
        for index in bytes.indices.suffix(3).reversed() {
            let length =
                switch bytes[index] {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                case 0x80...0xBF: 0
                default: 1
                }
            guard length > 0 else { continue }
            return index + length > bytes.count ? index : bytes.count
        }
        return bytes.count
    }
}
