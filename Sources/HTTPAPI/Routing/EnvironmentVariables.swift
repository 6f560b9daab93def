import Sessions

/// Variables that a request sets for a program.
enum EnvironmentVariables {
    /// The members of `env`, if each can be a variable of a shell.
    static func checked(_ members: [(name: String, value: String)]) throws(InvalidRequest) -> [String: String] {
        for (name, value) in members {
            let field = "env.\(name.prefix(64))"
            guard isIdentifier(name) else {
                throw InvalidRequest(
                    field: field,
                    message: "\(field) is not a name for a variable: letters, digits and “_”, and no digit first.")
            }
            guard !value.utf8.contains(0) else {
                throw InvalidRequest(field: field, message: "\(field) must not have a NUL character.")
            }
        }
        return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// The same, of at most so many bytes, each variable with `=` and the byte that ends it.
    static func checked(
        _ members: [(name: String, value: String)], atMost limit: Int
    ) throws(InvalidRequest) -> [String: String] {
        let bytes = members.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 }
        guard bytes <= limit else {
            throw InvalidRequest(field: "env", message: "env may have at most \(limit) bytes, not \(bytes).")
        }
        return try checked(members)
    }

    private static func isIdentifier(_ name: String) -> Bool {
        let letters = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard letters, let first = name.utf8.first else { return false }
        return !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    }
}
