/// Texts in other clothes: base64, hexadecimal, rot13.
enum Encodings {
    /// The text of a base64 text; nil when it is not base64, or what it holds is not UTF-8. White space is skipped, the
    /// URL alphabet and missing padding are taken.
    static func base64(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var (buffer, bits) = (UInt32(0), 0)
        for byte in text.utf8 {
            guard let value = base64Values[Int(byte)] else {
                if byte == UInt8(ascii: "=") || byte == 10 || byte == 13 || byte == 32 || byte == 9 { continue }
                return nil
            }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The text of a hexadecimal text; nil when it is not one, or what it holds is not UTF-8.
    static func hexadecimal(_ text: String) -> String? {
        let digits = text.filter { !$0.isWhitespace }.map(\.hexDigitValue)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The letters A-Z, each moved by 13.
    static func rot13(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte in
                switch byte {
                case 65...90: (byte - 65 + 13) % 26 + 65
                case 97...122: (byte - 97 + 13) % 26 + 97
                default: byte
                }
            }, as: UTF8.self)
    }

    /// What a constant text that looks like base64 holds: at least 24 characters of the alphabet, and UTF-8 inside.
    static func hidden(in text: String) -> String? {
        var text = text
        let looksSo = text.withUTF8 { bytes in
            bytes.count >= 24
                && bytes.allSatisfy { base64Values[Int($0)] != nil || $0 == 61 || $0 == 10 || $0 == 13 || $0 == 32 }
        }
        return looksSo ? base64(text) : nil
    }

    private static let base64Values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, byte) in alphabet.utf8.enumerated() { values[Int(byte)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()
}
