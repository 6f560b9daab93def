/// An expansion of one variable: `$x`, `${x}`, or one of the forms of `${x…}` whose result can be told.
struct BashExpansion {
    private let name: String
    private let form: Form

    private enum Form {
        case plain
        case indirect
        /// `${x:-word}` and its like: the word, where the variable has no value.
        case fallback(String)
        case substring(offset: Int, length: Int?)
        case replacement(of: String, by: String, everywhere: Bool)
        case uppercase
        case lowercase
    }

    /// Nil for the forms that are not understood.
    init?(_ text: String) {
        if let plain = text.wholeMatch(of: /\$([A-Za-z_][A-Za-z0-9_]*)/) {
            (name, form) = (String(plain.1), .plain)
            return
        }
        guard let parts = text.wholeMatch(of: /\$\{(!?)([A-Za-z_][A-Za-z0-9_]*)([^}]*)\}/) else { return nil }
        name = String(parts.2)
        let rest = String(parts.3)
        if !parts.1.isEmpty {
            guard rest.isEmpty else { return nil }
            form = .indirect
        } else if let form = Self.form(rest) {
            self.form = form
        } else {
            return nil
        }
    }

    private static func form(_ rest: String) -> Form? {
        if rest.isEmpty { return .plain }
        if rest == "^^" { return .uppercase }
        if rest == ",," { return .lowercase }
        if let fallback = rest.wholeMatch(of: /:?[-=]([^$`*?\[\\]*)/) {
            let word = fallback.1.filter { $0 != "\"" && $0 != "'" }
            return .fallback(word)
        }
        if let substring = rest.wholeMatch(of: /:\s*(\d{1,4})(?::(\d{1,4}))?/), let offset = Int(substring.1) {
            return .substring(offset: offset, length: substring.2.flatMap { Int($0) })
        }
        if let replacement = rest.wholeMatch(of: /\/(\/?)([^\/$`*?\[\\]+)\/?([^\/$`*?\[\\]*)/) {
            return .replacement(
                of: String(replacement.2), by: String(replacement.3), everywhere: !replacement.1.isEmpty)
        }
        return nil
    }

    /// The value, given those of variables; nil when it cannot be told.
    func value(of variable: (String) -> String?) -> String? {
        if case .fallback(let word) = form { return variable(name) ?? word }
        guard let value = variable(name) else { return nil }
        switch form {
        case .plain, .fallback: return value
        case .indirect: return variable(value)
        case .substring(let offset, let length):
            return String(value.dropFirst(offset).prefix(length ?? .max))
        case .replacement(let old, let new, let everywhere):
            return value.replacing(old, with: new, maxReplacements: everywhere ? 1000 : 1)
        case .uppercase: return value.uppercased()
        case .lowercase: return value.lowercased()
        }
    }
}
