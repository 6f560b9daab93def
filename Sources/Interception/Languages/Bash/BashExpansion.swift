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

    /// Nil for the forms that are not understood. Shell programs are full of expansions, so this looks at bytes.
    init?(_ text: String) {
        var rest = text[...].utf8
        guard rest.popFirst() == UInt8(ascii: "$") else { return nil }
        let isBraced = rest.first == UInt8(ascii: "{")
        if isBraced {
            guard rest.last == UInt8(ascii: "}") else { return nil }
            rest = rest.dropFirst().dropLast()
        }
        let isIndirect = isBraced && rest.first == UInt8(ascii: "!")
        if isIndirect { rest = rest.dropFirst() }
        let name = rest.prefix(while: ByteSet.word.contains)
        guard let first = name.first, !ByteSet.digits.contains(first), !rest.contains(UInt8(ascii: "}")) else {
            return nil
        }
        self.name = String(Substring(name))
        rest = rest.dropFirst(name.count)
        if isIndirect {
            guard rest.isEmpty else { return nil }
            form = .indirect
        } else if let form = Self.form(Substring(rest)) {
            self.form = form
        } else {
            return nil
        }
    }

    private static func form(_ rest: Substring) -> Form? {
        if rest.isEmpty { return .plain }
        if rest == "^^" { return .uppercase }
        if rest == ",," { return .lowercase }
        return fallback(rest) ?? substring(rest) ?? replacement(rest)
    }

    /// Characters behind which a word is more than its text.
    private static func isPlain(_ word: Substring, besides others: String = "") -> Bool {
        !word.utf8.contains { "$`*?[\\".utf8.contains($0) || others.utf8.contains($0) }
    }

    private static func fallback(_ rest: Substring) -> Form? {
        let sign = rest.hasPrefix(":") ? rest.dropFirst() : rest
        guard sign.hasPrefix("-") || sign.hasPrefix("="), isPlain(sign) else { return nil }
        return .fallback(sign.dropFirst().filter { $0 != "\"" && $0 != "'" })
    }

    private static func substring(_ rest: Substring) -> Form? {
        guard rest.hasPrefix(":") else { return nil }
        let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0.drop { $0 == " " }) }
        guard numbers.count == parts.count, numbers.count <= 2, numbers.allSatisfy({ (0...9_999).contains($0) }) else {
            return nil
        }
        return .substring(offset: numbers[0], length: numbers.count == 2 ? numbers[1] : nil)
    }

    private static func replacement(_ rest: Substring) -> Form? {
        guard rest.hasPrefix("/") else { return nil }
        let everywhere = rest.hasPrefix("//")
        let parts = rest.dropFirst(everywhere ? 2 : 1).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let old = parts.first, !old.isEmpty, parts.allSatisfy({ isPlain($0, besides: "/") }) else { return nil }
        return .replacement(of: String(old), by: parts.count == 2 ? String(parts[1]) : "", everywhere: everywhere)
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
