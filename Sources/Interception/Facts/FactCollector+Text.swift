extension FactCollector {
    /// Shorter ones are words that happen to be base64.
    private static let shortestEncodedText = 24

    /// Notes a constant text, and the text that it holds in base64.
    mutating func addText(_ text: String, at range: Range<Int>) {
        add(.str, text, at: range)
        guard text.utf8.count >= Self.shortestEncodedText, text.utf8.allSatisfy(Self.isBase64) else { return }
        if let decoded = EncodedText.base64(text) { add(.decoded, decoded, at: range) }
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "+/=-_\n\r ".utf8.contains(byte)
        }
    }
}
