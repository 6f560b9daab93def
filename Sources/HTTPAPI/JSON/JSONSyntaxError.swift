/// Why a text is not JSON, and where.
package struct JSONSyntaxError: Error, Hashable {
    /// Continues a sentence: "expected a value".
    package let reason: String
    /// From 1.
    package let line: Int
    /// In bytes, from 1.
    package let column: Int

    init(reason: String, in bytes: [UInt8], at position: Int) {
        self.reason = reason
        let before = bytes[..<min(position, bytes.count)]
        let lineBreak = UInt8(ascii: "\n")
        line = 1 + before.count { $0 == lineBreak }
        column = before.count - (before.lastIndex(of: lineBreak).map { $0 + 1 } ?? 0) + 1
    }
}
