/// What names in a program stand for: macros, aliases of namespaces and types, pointers to functions, constants.
struct CppNames {
    let source: SourceCode
    let budget: AnalysisBudget
    private(set) var headers = CppHeaders()
    private var aliases: [String: String] = [:]
    /// Nil for a name with several values.
    private var values: [String: Constant?] = [:]
    /// Variables by the function that declares them, which is known by where it begins; -1 outside of functions.
    private var variables: [Int: Set<String>] = [:]

    private static let maximumDepth = 30

    init(source: SourceCode, budget: AnalysisBudget) {
        self.source = source
        self.budget = budget
    }

    /// The name that an expression has after all aliases: `system`, `std::filesystem::remove_all`, `?.open` for a
    /// member of any object. The prefix `std::` is left off where C has the same function without it.
    func name(of node: CppNode, depth: Int = 0) -> String? {
        guard depth < Self.maximumDepth else { return nil }
        switch node.kind {
        case .identifier, .typeIdentifier, .namespaceIdentifier: return resolved(source.text(node))
        case .qualifiedIdentifier: return qualified(node)
        case .templateFunction, .templateType: return node[.name].flatMap { name(of: $0, depth: depth + 1) }
        case .parenthesized: return node.firstNamedChild.flatMap { name(of: $0, depth: depth + 1) }
        case .pointerExpression: return node[.argument].flatMap { name(of: $0, depth: depth + 1) }
        case .fieldExpression: return node[.field].map { "?." + bare(source.text($0)) }
        default: return nil
        }
    }

    /// A name without template arguments.
    private func bare(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "<")) ? String(text.prefix { $0 != "<" }) : text
    }

    private func qualified(_ node: CppNode) -> String {
        var path = Self.withoutTemplates(source.text(node))
        let isGlobal = path.hasPrefix("::")
        if isGlobal { path.removeFirst(2) }
        let parts = path.utf8.split(separator: UInt8(ascii: ":")).map { Substring($0) }
        guard let head = parts.first else { return path }
        if parts.count == 1 { return isGlobal ? String(head) : resolved(String(head)) }
        let rest = parts.dropFirst().joined(separator: "::")
        return Self.plain((aliases[String(head)] ?? String(head)) + "::" + rest)
    }

    /// A path without template arguments and blanks.
    private static func withoutTemplates(_ text: String) -> String {
        if text.utf8.allSatisfy({ ByteSet.word.contains($0) || $0 == UInt8(ascii: ":") }) { return text }
        var path = ""
        var depth = 0
        for character in text {
            if character == "<" { depth += 1 }
            if depth == 0, !character.isWhitespace { path.append(character) }
            if character == ">" { depth -= 1 }
        }
        return path
    }

    private func resolved(_ name: String) -> String {
        var name = name
        for _ in 0..<8 {
            guard let next = aliases[name], next != name else { break }
            name = next
        }
        return Self.plain(name)
    }

    /// `std::bind` and the file system have no twin in C, or another one.
    private static func plain(_ name: String) -> String {
        guard name.hasPrefix("std::"), !name.hasPrefix("std::filesystem"), name != "std::bind" else { return name }
        return String(name.dropFirst("std::".count))
    }

    /// Whether a name is that of a variable, seen from a function.
    func isVariable(_ name: String, in function: Int) -> Bool {
        variables[function]?.contains(name) ?? false || variables[-1]?.contains(name) ?? false
    }

    /// The one value of a name; nil when there is none that is known.
    func value(of name: String) -> Constant? { values[name] ?? nil }

    mutating func alias(_ name: String, to target: String) {
        // The first one stays: a second function behind the same name is a reference of its own.
        if aliases[name] == nil, name != target { aliases[name] = target }
    }

    mutating func assign(_ name: String, _ value: Constant?) {
        if let known = values[name] {
            if known != value { values[name] = .some(nil) }
        } else {
            values[name] = .some(value)
        }
    }

    mutating func declareVariable(_ name: String, in function: Int) { variables[function, default: []].insert(name) }
    mutating func declareFunction(_ name: String) { headers.declare(name) }
    mutating func include(_ header: String) { headers.include(header) }
}
