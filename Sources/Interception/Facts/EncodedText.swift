import Foundation

/// Texts that stand for other texts.
enum EncodedText {
    /// The UTF-8 text that a text holds in base64, of either alphabet and with or without padding; nil when it holds
    /// none.
    static func base64(_ text: String) -> String? {
        var encoded = text.filter { !$0.isWhitespace }
        encoded = encoded.replacing("-", with: "+").replacing("_", with: "/")
        encoded += String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
        return Data(base64Encoded: encoded).flatMap { String(data: $0, encoding: .utf8) }
    }

    /// The UTF-8 text that a text holds as pairs of hexadecimal digits; nil when it holds none.
    static func hexadecimal(_ text: String) -> String? {
        let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
        guard digits.count % 2 == 0, digits.count == text.filter({ !$0.isWhitespace }).count else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        return String(bytes: bytes, encoding: .utf8)
    }
}
