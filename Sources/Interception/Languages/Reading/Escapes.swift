/// Escape sequences as most languages have them.
enum Escapes {
    /// Replaces `\n`, `\x41`, `\u0041`, `\u{41}`, `\U00000041`, `\101` and escaped line ends; any other character stands
    /// for itself.
    static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return String(text) }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let kind = rest.popFirst() else {
                result.append(scalar)
                continue
            }
            if let decoded = self.decoded(kind, &rest) { result.append(decoded) }
        }
        return String(result)
    }

    /// Nil for what stands for nothing.
    private static func decoded(
        _ kind: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView
    ) -> Unicode.Scalar? {
        switch kind {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "a": return "\u{07}"
        case "b": return "\u{08}"
        case "e", "E": return "\u{1B}"
        case "f": return "\u{0C}"
        case "v": return "\u{0B}"
        case "\n", "\r": return nil
        case "x": return number(&rest, digits: 2, radix: 16) ?? kind
        case "u" where rest.first == "{":
            rest.removeFirst()
            let value = number(&rest, digits: 6, radix: 16)
            if rest.first == "}" { rest.removeFirst() }
            return value ?? kind
        case "u": return number(&rest, digits: 4, radix: 16) ?? kind
        case "U": return number(&rest, digits: 8, radix: 16) ?? kind
        case "0"..."7": return octal(kind, &rest)
        default: return kind
        }
    }

    private static func octal(_ first: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
        var value = first.value - 48
        for _ in 0..<2 {
            guard let next = rest.first, ("0"..."7").contains(next) else { break }
            value = value * 8 + (next.value - 48)
            rest.removeFirst()
        }
        return Unicode.Scalar(value)
    }

    /// Up to some digits; nil when there is none, or they are no character.
    private static func number(
        _ rest: inout Substring.UnicodeScalarView, digits: Int, radix: Int
    ) -> Unicode.Scalar? {
        var value: UInt32 = 0
        var count = 0
        while count < digits, let digit = rest.first.flatMap({ Character($0).hexDigitValue }), digit < radix {
            value = value &* UInt32(radix) &+ UInt32(digit)
            count += 1
            rest.removeFirst()
        }
        return count == 0 ? nil : Unicode.Scalar(value)
    }
}
