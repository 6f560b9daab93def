/// What JavaScript's names stand for.
///
/// An object, so that what asks it can be made for each place without copying the tables.
final class JavaScriptNames {
    let source: SourceCode
    let budget: AnalysisBudget
    // Never read while it changes: what goes into it is worked out before.
    @exclusivity(unchecked) private(set) var table = NameTable()
    /// Functions that the program declares at its top; there a `fetch` of its own is not the browser's.
    private var ownFunctions: Set<String> = []

    private static let globalObjects: Set<String> = ["globalThis", "window", "global", "self"]
    /// Functions that no assignment can take away.
    static let lastingGlobals: Set<String> = ["eval", "Function", "require"]

    init(source: SourceCode, budget: AnalysisBudget) {
        self.source = source
        self.budget = budget
        for name in Self.lastingGlobals { table.mark(name) }
    }

    /// Whether a name could be a lasting global, a function of the program's own, or one that the table knows; without
    /// looking it up.
    func mayBeKnown(_ node: JavaScriptNode) -> Bool {
        !source.isASCII || table.mayHold(source, node.range) || source.bytes(of: node).contains(UInt8(ascii: "\\"))
    }

    /// A name, without the escapes that may be in it: `\u0065val` is `eval`.
    func identifier(_ node: JavaScriptNode) -> String {
        let text = source.text(node)
        return text.utf8.contains(UInt8(ascii: "\\")) ? Escapes.decoded(text[...]) : text
    }

    /// Notes the values and aliases of names that are set once. Twice, since one may need another.
    func take(_ survey: JavaScriptSurvey) {
        ownFunctions = Set(survey.ownFunctions.map(identifier)).subtracting(Self.lastingGlobals)
        for name in ownFunctions { table.mark(name) }
        for target in survey.otherTargets { table.assigned(source.text(target), times: 2) }
        let simple = survey.assignments.compactMap { node -> (target: JavaScriptNode, value: JavaScriptNode)? in
            guard let target = node[.name] ?? node[.left] else { return nil }
            if let value = node[.value] ?? node[.right] {
                table.assigned(source.text(target))
                return (target, value)
            }
            return nil
        }
        for statement in survey.imports { importNames(statement) }
        for _ in 0..<2 {
            for (target, value) in simple { take(target, value) }
        }
    }

    private func take(_ target: JavaScriptNode, _ value: JavaScriptNode) {
        if target.kind == .identifier {
            guard table.isSetOnce(source.text(target)) else { return }
            if let constant = fold(value) {
                table.constant(identifier(target), is: constant)
                return
            }
        }
        switch value.kind {
        case .identifier, .memberExpression, .subscriptExpression, .callExpression, .awaitExpression,
            .parenthesizedExpression:
            guard let name = resolve(value), !name.hasSuffix("()"), !name.utf8.contains(UInt8(ascii: "?")) else {
                return
            }
            bind(target, to: name)
        default: break
        }
    }

    /// `name = …` and `{name, other: alias} = …`.
    private func bind(_ pattern: JavaScriptNode, to name: String) {
        switch pattern.kind {
        case .identifier:
            let alias = identifier(pattern)
            if alias != name { table.alias(alias, to: name) }
        case .objectPattern:
            for part in pattern.namedChildren(limit: Folding.elements) {
                switch part.kind {
                case .shorthandPattern: table.alias(identifier(part), to: name + "." + identifier(part))
                case .pairPattern:
                    guard let key = part[.key], let value = part[.value], value.kind == .identifier else { continue }
                    table.alias(identifier(value), to: name + "." + (foldText(key) ?? identifier(key)))
                default: break
                }
            }
        default: break
        }
    }

    // MARK: Imports

    /// The name of a module, without the prefix that node gives its own.
    static func module(_ text: String) -> String { text.hasPrefix("node:") ? String(text.dropFirst(5)) : text }

    private func importNames(_ statement: JavaScriptNode) {
        guard let module = statement[.source].flatMap({ foldText($0) }).map(Self.module) else { return }
        let walk = SyntaxWalk(statement, budget: budget)
        while let node = walk.next() {
            switch node.kind {
            case .importSpecifier:
                guard let name = node[.name].map(identifier) else { continue }
                table.alias(node[.alias].map(identifier) ?? name, to: name == "default" ? module : module + "." + name)
            case .identifier where walk.parent?.kind == .importClause || walk.parent?.kind == .namespaceImport:
                table.alias(identifier(node), to: module)
            default: break
            }
        }
    }

    /// Adds the fact of an import.
    func note(_ statement: JavaScriptNode, into facts: inout FactCollector) {
        guard let module = statement[.source].flatMap({ foldText($0) }) else { return }
        facts.add(.import, Self.module(module), at: statement.range)
    }

    // MARK: Resolution

    /// The full name of an expression; nil when nothing is known, `?` for a part of it of which nothing is known, `[?]`
    /// for a computed one, and `()` behind what a call gives.
    func resolve(_ node: JavaScriptNode, depth: Int = 0) -> String? {
        guard depth < Folding.depth, budget.spend() else { return nil }
        switch node.kind {
        case .identifier:
            let name = identifier(node)
            guard mayBeKnown(node) else { return name }
            if ownFunctions.contains(name), table.aliases[name] == nil { return "this." + name }
            return Self.lastingGlobals.contains(name) ? name : table.target(of: name)
        case .parenthesizedExpression, .awaitExpression:
            return node.firstNamedChild.flatMap { resolve($0, depth: depth + 1) }
        case .sequenceExpression: return node.lastNamedChild.flatMap { resolve($0, depth: depth + 1) }
        case .this: return "this"
        case .importExpression: return "import"
        case .metaProperty: return source.text(node)
        case .memberExpression:
            guard let object = node[.object], let property = node[.property] else { return nil }
            return member(identifier(property), of: resolve(object, depth: depth + 1))
        case .subscriptExpression: return element(node, depth: depth)
        case .callExpression: return call(node, depth: depth)
        default: return nil
        }
    }

    private func member(_ name: String, of object: String?) -> String {
        guard let object else { return "?." + name }
        if Self.globalObjects.contains(object) { return table.target(of: name) }
        if name == "require", object == "process.mainModule" || object == "module" { return "require" }
        if name == "call" || name == "apply" || name == "bind" || name == "default" { return object }
        return object + "." + name
    }

    private func element(_ node: JavaScriptNode, depth: Int) -> String? {
        let object = node[.object].flatMap { resolve($0, depth: depth + 1) }
        guard let key = node[.index].flatMap({ foldText($0) }) else { return (object ?? "?") + ".[?]" }
        return member(key, of: object)
    }

    private func call(_ node: JavaScriptNode, depth: Int) -> String? {
        guard let function = node[.function] else { return nil }
        let name = resolve(function, depth: depth + 1)
        switch name {
        case "require"?, "import"?, "process.getBuiltinModule"?:
            guard let argument = positional(node).first else { return nil }
            return foldText(argument).map(Self.module)
        case let name?: return name + "()"
        case nil: return "?()"
        }
    }

    /// The arguments of a call, without comments.
    func positional(_ call: JavaScriptNode) -> [JavaScriptNode] {
        guard let arguments = call[.arguments], arguments.kind == .arguments else { return [] }
        return arguments.namedChildren(limit: Folding.elements).filter { $0.kind != .comment }
    }

    /// The elements of an array.
    func elements(_ node: JavaScriptNode) -> [JavaScriptNode]? {
        guard node.kind == .array else { return nil }
        return node.namedChildren(limit: Folding.elements).filter { $0.kind != .comment }
    }

    /// Texts joined, at the cost of the budget.
    func joined(_ parts: [String?], separator: String = "") -> String? {
        Folding.join(parts, separator: separator, budget: budget)
    }
}
