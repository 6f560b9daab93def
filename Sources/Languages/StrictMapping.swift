import Yams

/// A mapping of a YAML file in which every key is known; its readers throw with file, line and key.
struct StrictMapping {
    let file: String
    /// Path of the mapping's own key; empty for the root.
    let path: String
    let line: Int
    private let values: [String: Node]

    init(_ node: Node, file: String, path: String = "", keys: Set<String>) throws(LanguageFileError) {
        self.file = file
        self.path = path
        line = node.mark?.line ?? 1
        values = try Self.values(of: node, file: file, path: path)
        for (key, value) in values.sorted(by: { $0.key < $1.key }) where !keys.contains(key) {
            let known = keys.sorted().joined(separator: ", ")
            throw LanguageFileError(
                file: file, line: value.mark?.line, key: Self.join(path, key),
                problem: "is not known here; known: \(known)"
            )
        }
    }

    /// A text that must be there and must not be empty.
    func text(_ key: String) throws(LanguageFileError) -> String {
        try text(try required(key), key)
    }

    func optionalText(_ key: String) throws(LanguageFileError) -> String? {
        guard let node = values[key] else { return nil }
        return try text(node, key)
    }

    /// A list that must be there and must not be empty.
    func texts(_ key: String) throws(LanguageFileError) -> [String] {
        let list = try texts(try required(key), key)
        guard !list.isEmpty else { throw error(key, "must not be empty") }
        return list
    }

    /// Empty when the key is missing.
    func optionalTexts(_ key: String) throws(LanguageFileError) -> [String] {
        guard let node = values[key] else { return [] }
        return try texts(node, key)
    }

    /// A mapping from text to text; empty when the key is missing.
    func table(_ key: String) throws(LanguageFileError) -> [String: String] {
        guard let node = values[key] else { return [:] }
        let path = Self.join(path, key)
        var table: [String: String] = [:]
        for (name, value) in try Self.values(of: node, file: file, path: path) {
            table[name] = try text(value, "\(key).\(name)", isEmptyAllowed: true)
        }
        return table
    }

    func mapping(_ key: String, keys: Set<String>) throws(LanguageFileError) -> StrictMapping {
        try StrictMapping(try required(key), file: file, path: Self.join(path, key), keys: keys)
    }

    func optionalMapping(_ key: String, keys: Set<String>) throws(LanguageFileError) -> StrictMapping? {
        guard values[key] != nil else { return nil }
        return try mapping(key, keys: keys)
    }

    /// Mappings of one form under names that the file chooses; empty when the key is missing.
    func mappings(_ key: String, keys: Set<String>) throws(LanguageFileError) -> [String: StrictMapping] {
        guard let node = values[key] else { return [:] }
        let path = Self.join(path, key)
        var mappings: [String: StrictMapping] = [:]
        for (name, value) in try Self.values(of: node, file: file, path: path) {
            mappings[name] = try StrictMapping(value, file: file, path: Self.join(path, name), keys: keys)
        }
        return mappings
    }

    /// An error about one key, at its value's line or, without one, at the mapping's.
    func error(_ key: String, _ problem: String) -> LanguageFileError {
        LanguageFileError(
            file: file, line: values[key]?.mark?.line ?? line, key: Self.join(path, key), problem: problem)
    }

    private func required(_ key: String) throws(LanguageFileError) -> Node {
        guard let node = values[key] else { throw error(key, "is missing") }
        return node
    }

    private func text(
        _ node: Node, _ key: String, isEmptyAllowed: Bool = false
    ) throws(LanguageFileError) -> String {
        guard case .scalar(let scalar) = node, node.tag == Tag(.str) else {
            throw wrongType(node, key, "must be text (put it in quotes)")
        }
        guard isEmptyAllowed || !scalar.string.isEmpty else { throw wrongType(node, key, "must not be empty") }
        guard !scalar.string.utf8.contains(0) else { throw wrongType(node, key, "must not have a NUL") }
        return scalar.string
    }

    private func texts(_ node: Node, _ key: String) throws(LanguageFileError) -> [String] {
        guard case .sequence(let sequence) = node else { throw wrongType(node, key, "must be a list of text") }
        var list: [String] = []
        for (index, element) in sequence.enumerated() {
            list.append(try text(element, "\(key)[\(index)]"))
        }
        return list
    }

    private func wrongType(_ node: Node, _ key: String, _ problem: String) -> LanguageFileError {
        LanguageFileError(file: file, line: node.mark?.line ?? line, key: Self.join(path, key), problem: problem)
    }

    private static func values(of node: Node, file: String, path: String) throws(LanguageFileError) -> [String: Node] {
        let key = path.isEmpty ? nil : path
        guard case .mapping(let mapping) = node else {
            throw LanguageFileError(file: file, line: node.mark?.line, key: key, problem: "must be a mapping")
        }
        var values: [String: Node] = [:]
        for (name, value) in mapping {
            guard let text = name.string else {
                throw LanguageFileError(
                    file: file, line: name.mark?.line, key: key, problem: "has a key that is not text")
            }
            values[text] = value
        }
        return values
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
