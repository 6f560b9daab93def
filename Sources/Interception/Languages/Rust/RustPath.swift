/// A path as rules write it: without blanks, generic arguments, `r#` and a leading `::`.
enum RustPath {
    /// `<std::fs::File>::open` and `Vec::<u8>::new` become `std::fs::File::open` and `Vec::new`.
    static func plain(_ text: String) -> String {
        // Nearly all paths are plain already, and there are very many of them.
        if text.utf8.allSatisfy({ ByteSet.word.contains($0) || $0 == UInt8(ascii: ":") }) {
            return text.hasPrefix("::") ? String(text.dropFirst(2)) : text
        }
        var rest = text.filter { !$0.isWhitespace }.replacing("r#", with: "")[...]
        var path = ""
        // A path may begin with a type in angle brackets, of which only the type counts: `<T as Trait>::f`.
        if rest.hasPrefix("<"), let end = closing(rest) {
            let type = text.dropFirst().prefix { $0 != ">" }
            path = plain(String(type.split(separator: " ", maxSplits: 1).first ?? ""))
            rest = rest[rest.index(after: end)...]
        }
        var depth = 0
        for character in rest {
            if character == "<" { depth += 1 }
            if depth == 0 { path.append(character) }
            if character == ">", depth > 0 { depth -= 1 }
        }
        while path.contains("::::") { path = path.replacing("::::", with: "::") }
        if path.hasPrefix("::") { path.removeFirst(2) }
        if path.hasSuffix("::") { path.removeLast(2) }
        return path
    }

    private static func closing(_ text: Substring) -> Substring.Index? {
        var depth = 0
        for index in text.indices {
            if text[index] == "<" { depth += 1 }
            if text[index] == ">" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// The core and alloc crates hold what std shows under the same names.
    static func canonical(_ path: String) -> String {
        for crate in ["core::", "alloc::"] where path.hasPrefix(crate) { return "std::" + path.dropFirst(crate.count) }
        return path
    }
}
