/// Paths as rules compare them.
enum PathText {
    /// Without `file://`, doubled slashes, `.`, and `..` behind a name. A relative path keeps its leading `..`; at the
    /// root there is nothing above, as for the kernel.
    static func normalized(_ text: String) -> String {
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
}
