/// Texts written as numbers, as machine code and hidden names are.
enum NumericEscapes {
    /// From this many on a text is not meant to be read.
    private static let many = 8

    /// Whether the source of a text has many `\x41` or `\u0041`.
    static func areMany(in source: String) -> Bool {
        let bytes = Array(source.utf8)
        var count = 0
        var position = 0
        while position + 3 < bytes.count {
            guard bytes[position] == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            let digits = bytes[position + 1] == UInt8(ascii: "x") ? 2 : bytes[position + 1] == UInt8(ascii: "u") ? 4 : 0
            let end = position + 2 + digits
            if digits > 0, end <= bytes.count, bytes[position + 2..<end].allSatisfy(isHexadecimal) { count += 1 }
            // What follows the backslash is taken, so that an escaped backslash escapes nothing.
            position += 2
        }
        return count >= many
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { Unicode.Scalar(byte).properties.isASCIIHexDigit }
}
