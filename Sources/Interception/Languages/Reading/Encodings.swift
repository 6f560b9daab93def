/// Texts that stand for other texts.
enum Encodings {
    /// The text of a base64 text; nil when it is not base64, or what it holds is not UTF-8. White space is skipped, the
    /// URL alphabet and missing padding are taken.
    static func base64(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var (buffer, bits) = (UInt32(0), 0)
        for byte in text.utf8 {
            guard let value = base64Values[Int(byte)] else {
                if isFiller(byte) { continue }
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

    /// The text of a text with `%41` in it; nil when what it gives is not UTF-8.
    static func percent(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// What a text holds in base64, if it is longer than words that only happen to be base64: 24 characters.
    static func hidden(in text: String) -> String? {
        guard text.utf8.count >= 24, text.utf8.allSatisfy({ base64Values[Int($0)] != nil || isFiller($0) }) else {
            return nil
        }
        return base64(text)
    }

    private static func isFiller(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "=") || byte == 10 || byte == 13 || byte == 32 || byte == 9
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
