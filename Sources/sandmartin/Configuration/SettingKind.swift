import Isolation

/// What the values of a setting are, how they are written, and which are allowed.
struct SettingKind<Value: Sendable>: Sendable {
    /// Completes “must be”: `a whole number, 1 to 64`.
    let form: String
    private let parser: @Sendable (String) -> Value?

    private init(_ form: String, parser: @escaping @Sendable (String) -> Value?) {
        self.form = form
        self.parser = parser
    }

    func parse(_ text: String) throws(SettingProblem) -> Value {
        guard let value = parser(text) else {
            throw SettingProblem(problem: "must be \(form)")
        }
        return value
    }
}

extension SettingKind where Value == String {
    static var text: SettingKind { SettingKind("text") { $0.isEmpty ? nil : $0 } }

    static var name: SettingKind { SettingKind("a name (a-z, 0-9, - and _)") { isName($0) ? $0 : nil } }

    fileprivate static func isName(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z][a-z0-9_-]{0,31}/) != nil
    }

    /// An absolute path.
    static var path: SettingKind {
        SettingKind("an absolute path") { $0.hasPrefix("/") && !$0.utf8.contains(0) ? $0 : nil }
    }
}

extension SettingKind where Value == String {
    /// What somebody must know; written so that it can stand in a header field.
    static var secret: SettingKind {
        SettingKind("1 to 256 visible ASCII characters") { text in
            (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
        }
    }
}

extension SettingKind where Value == Set<String> {
    /// Kept in lower case, as browsers send them.
    static var origins: SettingKind {
        SettingKind("origins such as https://example.org, separated by commas") { text in
            let origins = text.split(separator: ",").map { $0.filter { $0 != " " }.lowercased() }
            let isValid = origins.allSatisfy { $0.wholeMatch(of: /https?:\/\/[a-z0-9.\-]+(:[0-9]{1,5})?/) != nil }
            return isValid && !origins.isEmpty ? Set(origins) : nil
        }
    }
}

extension SettingKind where Value == [String] {
    static var names: SettingKind {
        SettingKind("names (a-z, 0-9, - and _) separated by commas") { text in
            let names = items(of: text)
            return names.allSatisfy(SettingKind<String>.isName) ? names : nil
        }
    }

    /// Spaces may stand inside of each.
    static var list: SettingKind {
        SettingKind("texts separated by commas") { text in
            let items = items(of: text)
            return items.contains("") ? nil : items
        }
    }

    private static func items(of text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }
}

extension SettingKind where Value == Bool {
    static var flag: SettingKind {
        SettingKind("true or false") { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }
}

extension SettingKind where Value == Int {
    static func count(_ allowed: ClosedRange<Int>) -> SettingKind {
        SettingKind("a whole number, \(allowed.lowerBound) to \(allowed.upperBound)") { text in
            Int(text).flatMap { allowed.contains($0) ? $0 : nil }
        }
    }
}

extension SettingKind where Value == Duration {
    /// Written as a number of seconds, with or without a fraction.
    static func seconds(_ allowed: ClosedRange<Double>) -> SettingKind {
        let range = "\(number(allowed.lowerBound)) to \(number(allowed.upperBound))"
        return SettingKind("a number of seconds, \(range)") { text in
            guard text.wholeMatch(of: /[0-9]+(\.[0-9]+)?/) != nil, let seconds = Double(text) else { return nil }
            return allowed.contains(seconds) ? .milliseconds(Int((seconds * 1000).rounded())) : nil
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
}

extension SettingKind where Value == ByteCount {
    static func bytes(_ allowed: ClosedRange<Int>) -> SettingKind {
        size(allowed, unit: 1, "a whole number of bytes")
    }

    static func mebibytes(_ allowed: ClosedRange<Int>) -> SettingKind {
        size(allowed, unit: 1 << 20, "a whole number of MiB")
    }

    private static func size(_ allowed: ClosedRange<Int>, unit: Int, _ name: String) -> SettingKind {
        SettingKind("\(name), \(allowed.lowerBound) to \(allowed.upperBound)") { text in
            Int(text).flatMap { allowed.contains($0) ? ByteCount($0 * unit) : nil }
        }
    }
}

extension SettingKind where Value: RawRepresentable, Value.RawValue == String {
    static func choice(_ values: [Value]) -> SettingKind {
        SettingKind("one of " + values.map(\.rawValue).joined(separator: ", ")) { text in
            values.first { $0.rawValue == text.lowercased() }
        }
    }
}
