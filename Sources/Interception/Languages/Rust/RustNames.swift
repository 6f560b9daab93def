/// What names in a program stand for: imports, type aliases, functions bound to names, constants.
struct RustNames {
    let source: SourceCode
    let budget: AnalysisBudget
    private var aliases: [String: String] = [:]
    /// Modules whose names are all imported.
    private(set) var wildcards: [String] = []
    /// Nil for a name with several values.
    private var values: [String: Constant?] = [:]

    private static let maximumWildcards = 16

    init(source: SourceCode, budget: AnalysisBudget) {
        self.source = source
        self.budget = budget
    }

    /// The names that a path may have after imports and aliases; more than one where a module is imported as a whole.
    func names(of path: String) -> [String] {
        let plain = RustPath.plain(path)
        guard let head = plain.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1).first.flatMap(String.init)
        else { return [] }
        if let target = resolved(head) { return [RustPath.canonical(target + plain.dropFirst(head.count))] }
        return [RustPath.canonical(plain)] + wildcards.map { RustPath.canonical($0 + "::" + plain) }
    }

    /// The names of an expression that is called or handed on: a path, or `?.open` for a method of any object.
    func names(of node: RustNode) -> [String] {
        switch node.kind {
        case .identifier, .scopedIdentifier, .typeIdentifier, .scopedTypeIdentifier:
            return names(of: source.text(node))
        case .genericFunction: return node[.function].map { names(of: $0) } ?? []
        case .fieldExpression: return node[.field].map { ["?." + source.text($0)] } ?? []
        case .parenthesized: return node.firstNamedChild.map { names(of: source.text($0)) } ?? []
        default: return []
        }
    }

    private func resolved(_ head: String) -> String? {
        guard var target = aliases[head] else { return nil }
        // An alias of an alias; a cycle ends.
        for _ in 0..<8 {
            let head = target.prefix { $0 != ":" }
            guard let next = aliases[String(head)], next != String(head), next != target else { break }
            target = next + target.dropFirst(head.count)
        }
        return target
    }

    /// The one value of a name; nil when there is none that is known.
    func value(of name: String) -> Constant? { values[name] ?? nil }

    mutating func alias(_ name: String, to path: String) {
        if aliases[name] == nil, name != path { aliases[name] = path }
    }

    mutating func addWildcard(_ module: String) {
        if wildcards.count < Self.maximumWildcards { wildcards.append(module) }
    }

    mutating func assign(_ name: String, _ value: Constant?) {
        if let known = values[name] {
            if known != value { values[name] = .some(nil) }
        } else {
            values[name] = .some(value)
        }
    }
}
