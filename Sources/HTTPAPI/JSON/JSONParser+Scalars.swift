// Strings and numbers of `JSONParser`.

extension JSONParser {
    mutating func string() throws(JSONSyntaxError) -> String {
        let start = position
        position += 1
        var unescaped: [UInt8] = []
        var run = position
        while let byte = peek {
            if byte == UInt8(ascii: "\"") {
                defer { position += 1 }
                if unescaped.isEmpty { return try text(bytes[run..<position], from: start) }
                unescaped += bytes[run..<position]
                return try text(unescaped[...], from: start)
            }
            guard byte >= 0x20 else { throw failure("control characters in strings must be escaped") }
            if byte == UInt8(ascii: "\\") {
                unescaped += bytes[run..<position]
                try escape(into: &unescaped)
                run = position
            } else {
                position += 1
            }
        }
        throw failure("a string has no end", at: start)
    }

    private func text(_ utf8: ArraySlice<UInt8>, from start: Int) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw failure("a string is not valid UTF-8", at: start)
        }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        let start = position
        position += 1
        guard let byte = peek else { throw failure("a string has no end", at: start) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += UTF8.encode(try scalar(from: start))!
        default: throw failure("no such escape sequence", at: start)
        }
    }

    /// The scalar of `\uXXXX`, or of two such that are a surrogate pair; the cursor is behind the first `u`.
    private mutating func scalar(from start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try hexadecimal(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), peek == UInt8(ascii: "\\"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw failure("half of a surrogate pair", at: start) }
        position += 2
        let second = try hexadecimal(from: start)
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw failure("half of a surrogate pair", at: start) }
        return scalar
    }

    private mutating func hexadecimal(from start: Int) throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("“\\u” must be followed by four hexadecimal digits", at: start)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        var isInteger = true
        if peek == UInt8(ascii: "-") { position += 1 }
        if peek == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text) else { throw failure("a number cannot be read", at: start) }
        return .number(number)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while let byte = peek, Self.isDigit(byte) { position += 1 }
        guard position > start else { throw failure("expected a digit") }
    }
}
