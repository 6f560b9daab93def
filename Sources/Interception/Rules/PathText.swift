/// Paths as rules compare them.
enum PathText {
    /// Without `file://`, doubled slashes, `.`, and `..` behind a name. A relative path keeps its leading `..`; at the
    /// root there is nothing above, as for the kernel.
    static func normalized(_ text: String) -> String {
        guard mayChange(text) else { return text }
        let path = text.hasPrefix("file://") ? text.dropFirst("file://".count) : text[...]
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isAbsolute {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        let end = path.hasSuffix("/") && !parts.isEmpty ? "/" : ""
        return (isAbsolute ? "/" : "") + joined + end
    }

    /// Whether a text may be no normal path yet; nearly all are one.
    private static func mayChange(_ text: String) -> Bool {
        let slash = UInt8(ascii: "/")
        var previous: UInt8?
        for byte in text.utf8 {
            if byte == UInt8(ascii: "."), previous == nil || previous == slash { return true }
            if byte == slash, previous == slash { return true }
            previous = byte
        }
        return false
    }
}
