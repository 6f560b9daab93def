import Sessions

/// Reads the members of one object of a request, and says exactly what is wrong with those that are.
///
/// A member that is null counts as absent. A member that is not among the known ones is an error: a misspelt limit must
/// not silently mean "no limit".
struct ObjectReader {
    /// As error answers name this object (`limits`, `files[3]`); empty for the body itself.
    let path: String
    private let members: [String: JSONValue]

    init(_ value: JSONValue, path: String = "", fields: [String]) throws(InvalidRequest) {
        guard case .object(let list) = value else {
            let name = path.isEmpty ? "The body" : path
            throw InvalidRequest(
                field: path.isEmpty ? "body" : path, message: "\(name) must be an object, not \(value.kind).")
        }
        self.path = path
        members = Dictionary(list.map { ($0.key, $0.value) }) { first, _ in first }
        if let unknown = list.first(where: { !fields.contains($0.key) }) {
            let name = name(of: String(unknown.key.prefix(64)))
            throw InvalidRequest(
                field: name,
                message: "\(name) is not a known field; "
                    + "\(path.isEmpty ? "the body" : path) may have \(fields.joined(separator: ", ")).")
        }
    }

    /// A member's name as error answers give it.
    func name(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func string(_ key: String) throws(InvalidRequest) -> String? {
        guard let value = member(key) else { return nil }
        guard case .string(let text) = value else { throw mismatch(name(of: key), "a string", value) }
        return text
    }

    func requiredString(_ key: String) throws(InvalidRequest) -> String {
        guard let text = try string(key) else {
            throw InvalidRequest(field: name(of: key), message: "\(name(of: key)) is required and must be a string.")
        }
        return text
    }

    func number(_ key: String) throws(InvalidRequest) -> Double? {
        switch member(key) {
        case nil: return nil
        case .integer(let value): return Double(value)
        case .number(let value): return value
        case let value?: throw mismatch(name(of: key), "a number", value)
        }
    }

    func boolean(_ key: String) throws(InvalidRequest) -> Bool? {
        guard let value = member(key) else { return nil }
        guard case .boolean(let flag) = value else { throw mismatch(name(of: key), "true or false", value) }
        return flag
    }

    /// An array with at most `limit` elements, each with its name (`files[3]`); empty when absent.
    func array(_ key: String, atMost limit: Int) throws(InvalidRequest) -> [(name: String, value: JSONValue)] {
        guard let value = member(key) else { return [] }
        let name = name(of: key)
        guard case .array(let elements) = value else { throw mismatch(name, "an array", value) }
        guard elements.count <= limit else {
            throw InvalidRequest(
                field: name, message: "\(name) may have at most \(limit) elements, not \(elements.count).")
        }
        return elements.enumerated().map { ("\(name)[\($0)]", $1) }
    }

    func strings(_ key: String, atMost limit: Int) throws(InvalidRequest) -> [String] {
        var strings: [String] = []
        for (name, value) in try array(key, atMost: limit) {
            guard case .string(let text) = value else { throw mismatch(name, "a string", value) }
            strings.append(text)
        }
        return strings
    }

    /// The members of an object whose names are the caller's own; empty when absent.
    func strings(in key: String, atMost limit: Int) throws(InvalidRequest) -> [(name: String, value: String)] {
        guard let value = member(key) else { return [] }
        let name = name(of: key)
        guard case .object(let members) = value else { throw mismatch(name, "an object", value) }
        guard members.count <= limit else {
            throw InvalidRequest(
                field: name, message: "\(name) may have at most \(limit) members, not \(members.count).")
        }
        var strings: [(name: String, value: String)] = []
        for member in members {
            guard case .string(let text) = member.value else {
                throw mismatch("\(name).\(member.key.prefix(64))", "a string", member.value)
            }
            strings.append((member.key, text))
        }
        return strings
    }

    /// A member that is there and not null.
    func member(_ key: String) -> JSONValue? {
        let value = members[key]
        return value == .null ? nil : value
    }

    private func mismatch(_ name: String, _ wanted: String, _ found: JSONValue) -> InvalidRequest {
        InvalidRequest(field: name, message: "\(name) must be \(wanted), not \(found.kind).")
    }
}
