/// What the shell makes of backslashes; between `$'` and `'` it reads `Escapes`.
enum BashEscapes {
    /// Outside of quotes every backslash goes and the next character stays; at the end of a line both go.
    static func unquoted(_ text: String) -> String { strip(text) { _ in true } }

    /// Between double quotes it is one only before these.
    static func doubleQuoted(_ text: String) -> String { strip(text) { "\"\\$`\n".contains($0) } }

    private static func strip(_ text: String, where escapes: (Character) -> Bool) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
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
}
