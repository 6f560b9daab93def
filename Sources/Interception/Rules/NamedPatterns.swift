import StrictYAML

/// Patterns that rule files give a name, for other patterns to use as `{system-path}`.
struct NamedPatterns {
    private var texts: [String: String]

    init(_ texts: [String: String] = [:]) { self.texts = texts }

    /// Takes in the patterns of a file; the same name again replaces the pattern.
    mutating func add(_ table: [String: String], of file: StrictMapping) throws(YAMLFileError) {
        for (name, text) in table.sorted(by: { $0.key < $1.key }) {
            guard name.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil else {
                throw file.error("patterns", "has “\(name)”; a name is of a-z, 0-9 and hyphens")
            }
            do {
                _ = try Pattern(text)
            } catch {
                throw file.error("patterns", "has “\(name)”, which \(error)")
            }
            texts[name] = text
        }
    }

    /// The pattern under a key, with all names replaced; nil when the key is missing.
    func pattern(_ key: String, in mapping: StrictMapping) throws(YAMLFileError) -> Pattern? {
        guard let text = try mapping.optionalText(key) else { return nil }
        let expanded = try expand(text, key, in: mapping)
        do {
            return try Pattern(expanded)
        } catch {
            throw mapping.error(key, "\(error)")
        }
    }

    private func expand(_ text: String, _ key: String, in mapping: StrictMapping) throws(YAMLFileError) -> String {
        var expanded = ""
        var rest = text[...]
        // A count such as {2,3} begins with a digit and is no name.
        while let use = rest.firstMatch(of: /\{([a-z][a-z0-9-]*)\}/) {
            guard let pattern = texts[String(use.1)] else {
                let known = texts.keys.sorted().joined(separator: ", ")
                throw mapping.error(key, "names the pattern “\(use.1)”, which is not there; known: \(known)")
            }
            expanded += rest[..<use.range.lowerBound] + "(?:" + pattern + ")"
            rest = rest[use.range.upperBound...]
        }
        return expanded + rest
    }
}
