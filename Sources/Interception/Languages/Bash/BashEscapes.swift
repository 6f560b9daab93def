/// What the shell makes of backslashes, in each of its ways of quoting.
enum BashEscapes {
    /// Outside of quotes every backslash goes and the next character stays; at the end of a line both go.
    static func unquoted(_ text: String) -> String { strip(text) { _ in true } }

    /// Between double quotes it is one only before these.
    static func doubleQuoted(_ text: String) -> String { strip(text) { "\"\\$`\n".contains($0) } }

    private static func strip(_ text: String, where escapes: (Character) -> Bool) -> String {
        guard text.contains("\\") else { return text }
        var result = ""
        var characters = text.makeIterator()
        while let character = characters.next() {
            guard character == "\\", let next = characters.next() else {
                result.append(character)
                continue
            }
            if !escapes(next) { result.append(character) }
            if next != "\n" { result.append(next) }
        }
        return result
    }

    private static let letters: [Character: String] = [
        "n": "\n", "t": "\t", "r": "\r", "a": "\u{07}", "b": "\u{08}", "e": "\u{1B}", "E": "\u{1B}", "f": "\u{0C}",
        "v": "\u{0B}",
    ]

    /// The text between `$'` and `'`; also what `printf` and `echo -e` understand.
    static func ansiC(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\", let escape = rest.popFirst() else {
                result.append(character)
                continue
            }
            switch escape {
            case "x": result += number(&rest, radix: 16, digits: 2) ?? "\\x"
            case "u": result += number(&rest, radix: 16, digits: 4) ?? "\\u"
            case "U": result += number(&rest, radix: 16, digits: 8) ?? "\\U"
            case "0"..."7":
                rest = text[text.index(before: rest.startIndex)...]
                result += number(&rest, radix: 8, digits: escape == "0" ? 4 : 3) ?? ""
            default: result += letters[escape] ?? String(escape)
            }
        }
        return result
    }

    private static func number(_ rest: inout Substring, radix: Int, digits: Int) -> String? {
        let text = rest.prefix(digits).prefix { $0.isASCII && Int(String($0), radix: radix) != nil }
        guard let value = UInt32(text, radix: radix), let scalar = Unicode.Scalar(value) else { return nil }
        rest = rest.dropFirst(text.count)
        return String(Character(scalar))
    }
}
