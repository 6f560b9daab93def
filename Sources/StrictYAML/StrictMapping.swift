import Yams

/// A mapping of a YAML file in which every key is known; its readers throw with file, line and key.
package struct StrictMapping {
    package let file: String
    /// Path of the mapping's own key; empty for the root.
    package let path: String
    /// Counted from 1.
    package let line: Int
    private let values: [String: Node]

    /// Reads the root of a file; throws for what is not YAML, not a mapping, or has a key that is not among `keys`.
    package init(text: String, file: String, keys: Set<String>) throws(YAMLFileError) {
        try self.init(try YAMLRoot.node(of: text, file: file), file: file, keys: keys)
    }

    private init(_ node: Node, file: String, path: String = "", keys: Set<String>) throws(YAMLFileError) {
        self.file = file
        self.path = path
        line = node.mark?.line ?? 1
        values = try Self.values(of: node, file: file, path: path)
        for (key, value) in values.sorted(by: { $0.key < $1.key }) where !keys.contains(key) {
            let known = keys.sorted().joined(separator: ", ")
            throw YAMLFileError(
                file: file, line: value.mark?.line, key: Self.join(path, key),
                problem: "is not known here; known: \(known)"
            )
        }
    }

    /// A text that must be there and must not be empty.
    package func text(_ key: String) throws(YAMLFileError) -> String {
        try text(try required(key), key)
    }

    /// Nil when the key is missing.
    package func optionalText(_ key: String) throws(YAMLFileError) -> String? {
        guard let node = values[key] else { return nil }
        return try text(node, key)
    }

    /// A list that must be there and must not be empty.
    package func texts(_ key: String) throws(YAMLFileError) -> [String] {
        let list = try texts(try required(key), key)
        guard !list.isEmpty else { throw error(key, "must not be empty") }
        return list
    }

    /// Empty when the key is missing.
    package func optionalTexts(_ key: String) throws(YAMLFileError) -> [String] {
        guard let node = values[key] else { return [] }
        return try texts(node, key)
    }

    /// A mapping from text to text; empty when the key is missing.
    package func table(_ key: String) throws(YAMLFileError) -> [String: String] {
        guard let node = values[key] else { return [:] }
        let path = Self.join(path, key)
        var table: [String: String] = [:]
        for (name, value) in try Self.values(of: node, file: file, path: path) {
            table[name] = try text(value, "\(key).\(name)", isEmptyAllowed: true)
        }
        return table
    }

    /// A mapping that must be there, with no other keys than these.
    package func mapping(_ key: String, keys: Set<String>) throws(YAMLFileError) -> StrictMapping {
        try StrictMapping(try required(key), file: file, path: Self.join(path, key), keys: keys)
    }

    /// Nil when the key is missing.
    package func optionalMapping(_ key: String, keys: Set<String>) throws(YAMLFileError) -> StrictMapping? {
        guard values[key] != nil else { return nil }
        return try mapping(key, keys: keys)
    }

    /// Mappings of one form under names that the file chooses; empty when the key is missing.
    package func mappings(_ key: String, keys: Set<String>) throws(YAMLFileError) -> [String: StrictMapping] {
        guard let node = values[key] else { return [:] }
        let path = Self.join(path, key)
        var mappings: [String: StrictMapping] = [:]
        for (name, value) in try Self.values(of: node, file: file, path: path) {
            mappings[name] = try StrictMapping(value, file: file, path: Self.join(path, name), keys: keys)
        }
        return mappings
    }

    /// Whether the key is there.
    package func has(_ key: String) -> Bool { values[key] != nil }

    /// The keys that are there, in the order of the alphabet.
    package var presentKeys: [String] { values.keys.sorted() }

    /// Line of a key's value; nil when it is not there.
    package func line(of key: String) -> Int? { values[key]?.mark?.line }

    /// A list of mappings of one form that must be there and must not be empty.
    package func list(_ key: String, keys: Set<String>) throws(YAMLFileError) -> [StrictMapping] {
        let list = try Self.elements(try required(key), key, in: self, keys: keys)
        guard !list.isEmpty else { throw error(key, "must not be empty") }
        return list
    }

    /// Empty when the key is missing.
    package func optionalList(_ key: String, keys: Set<String>) throws(YAMLFileError) -> [StrictMapping] {
        guard let node = values[key] else { return [] }
        return try Self.elements(node, key, in: self, keys: keys)
    }

    /// Nil when the key is missing; decimal, or as YAML writes other bases (`0x1ff`, `0o777`).
    package func optionalInteger(_ key: String) throws(YAMLFileError) -> Int? {
        guard let node = values[key] else { return nil }
        guard let integer = node.int, node.tag == Tag(.int) else {
            throw wrongType(node, key, "must be a whole number")
        }
        return integer
    }

    /// Nil when the key is missing.
    package func optionalBoolean(_ key: String) throws(YAMLFileError) -> Bool? {
        guard let node = values[key] else { return nil }
        guard let boolean = node.bool, node.tag == Tag(.bool) else {
            throw wrongType(node, key, "must be true or false")
        }
        return boolean
    }

    /// An error about one key, at its value's line or, without one, at the mapping's.
    package func error(_ key: String, _ problem: String) -> YAMLFileError {
        YAMLFileError(
            file: file, line: values[key]?.mark?.line ?? line, key: Self.join(path, key), problem: problem)
    }

    private func required(_ key: String) throws(YAMLFileError) -> Node {
        guard let node = values[key] else { throw error(key, "is missing") }
        return node
    }

    private func text(
        _ node: Node, _ key: String, isEmptyAllowed: Bool = false
    ) throws(YAMLFileError) -> String {
        guard case .scalar(let scalar) = node, node.tag == Tag(.str) else {
            throw wrongType(node, key, "must be text (put it in quotes)")
        }
        guard isEmptyAllowed || !scalar.string.isEmpty else { throw wrongType(node, key, "must not be empty") }
        guard !scalar.string.utf8.contains(0) else { throw wrongType(node, key, "must not have a NUL") }
        return scalar.string
    }

    private func texts(_ node: Node, _ key: String) throws(YAMLFileError) -> [String] {
        guard case .sequence(let sequence) = node else { throw wrongType(node, key, "must be a list of text") }
        var list: [String] = []
        for (index, element) in sequence.enumerated() {
            list.append(try text(element, "\(key)[\(index)]"))
        }
        return list
    }

    private func wrongType(_ node: Node, _ key: String, _ problem: String) -> YAMLFileError {
        YAMLFileError(file: file, line: node.mark?.line ?? line, key: Self.join(path, key), problem: problem)
    }

    private static func elements(
        _ node: Node, _ key: String, in mapping: StrictMapping, keys: Set<String>
    ) throws(YAMLFileError) -> [StrictMapping] {
        guard case .sequence(let sequence) = node else { throw mapping.wrongType(node, key, "must be a list") }
        var list: [StrictMapping] = []
        for (index, element) in sequence.enumerated() {
            let path = join(mapping.path, "\(key)[\(index)]")
            list.append(try StrictMapping(element, file: mapping.file, path: path, keys: keys))
        }
        return list
    }

    private static func values(of node: Node, file: String, path: String) throws(YAMLFileError) -> [String: Node] {
        let key = path.isEmpty ? nil : path
        guard case .mapping(let mapping) = node else {
            throw YAMLFileError(file: file, line: node.mark?.line, key: key, problem: "must be a mapping")
        }
        var values: [String: Node] = [:]
        for (name, value) in mapping {
            guard let text = name.string else {
                throw YAMLFileError(
                    file: file, line: name.mark?.line, key: key, problem: "has a key that is not text")
            }
            values[text] = value
        }
        return values
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
