import Foundation

/// What Python's names stand for.
///
/// An object, so that what asks it can be made for each place without copying the tables.
final class PythonNames {
    let source: SourceCode
    let budget: AnalysisBudget
    // Never read while it changes: what goes into it is worked out before.
    @exclusivity(unchecked) private(set) var table = NameTable()
    /// Modules of which everything was imported: a name may mean any of theirs.
    private(set) var starModules: [String] = []

    /// What `globals()` and its like stand for.
    static let namespace = "__globals__"
    private static let builtinModules: Set<String> = ["builtins", "__builtins__", "__builtin__"]
    /// Builtins that no assignment can take away.
    private static let lastingBuiltins = ["eval", "exec", "compile", "__import__"]

    static func isLastingBuiltin(_ name: String) -> Bool { lastingBuiltins.contains(name) }

    init(source: SourceCode, budget: AnalysisBudget) {
        self.source = source
        self.budget = budget
        for name in Self.lastingBuiltins { table.mark(name) }
    }

    /// Whether a name could be a lasting builtin, or one that the table knows; without looking it up.
    func mayBeKnown(_ node: PythonNode) -> Bool { !source.isASCII || table.mayHold(source, node.range) }

    /// Python reads identifiers in the form NFKC: `ｓystem` and `𝓼ystem` are `system`.
    func identifier(_ node: PythonNode) -> String {
        let text = source.text(node)
        let isPlain = source.isASCII || text.utf8.allSatisfy { $0 < 128 }
        return isPlain ? text : text.precomposedStringWithCompatibilityMapping
    }

    /// Notes the values and aliases of names that are set once. Twice, since one may need another.
    func take(_ survey: PythonSurvey) {
        for target in survey.otherTargets { table.assigned(source.text(target), times: 2) }
        let simple = survey.assignments.compactMap { node -> (name: PythonNode, value: PythonNode)? in
            guard let name = node[.left] ?? node[.name] else { return nil }
            table.assigned(source.text(name))
            guard name.kind == .identifier, let value = node[.right] ?? node[.value] else { return nil }
            return (name, value)
        }
        for statement in survey.imports { importNames(statement) }
        for _ in 0..<2 {
            for (name, value) in simple where table.isSetOnce(source.text(name)) { take(identifier(name), value) }
        }
    }

    private func take(_ name: String, _ value: PythonNode) {
        if let constant = fold(value) {
            table.constant(name, is: constant)
            return
        }
        switch value.kind {
        case .identifier, .attribute, .call, .subscript:
            guard let target = resolve(value), !target.hasSuffix("()"), !target.contains("?"), target != name else {
                return
            }
            table.alias(name, to: target)
        default: break
        }
    }

    private func importNames(_ statement: PythonNode) {
        for case (let name, let alias?) in imported(by: statement) { table.alias(alias, to: name) }
        guard let module = statement[.moduleName] else { return }
        if statement.namedChildren(limit: Folding.elements).contains(where: { $0.kind == .wildcardImport }) {
            starModules.append(identifier(module))
        }
    }

    /// The full names that a statement imports, and the names that it gives them where these are others.
    private func imported(by statement: PythonNode) -> [(name: String, alias: String?)] {
        let module = statement[.moduleName]
        let prefix = module.map { identifier($0) + "." } ?? ""
        return statement.namedChildren(limit: Folding.elements).compactMap { child in
            guard !child.isSame(as: module) else { return nil }
            if child.kind == .aliasedImport, let name = child[.name], let alias = child[.alias] {
                return (prefix + identifier(name), identifier(alias))
            }
            guard child.kind == .dottedName else { return nil }
            let name = identifier(child)
            return module == nil ? (name, nil) : (prefix + name, name)
        }
    }

    /// Adds the facts of an import.
    func note(_ statement: PythonNode, into facts: inout FactCollector) {
        if let module = statement[.moduleName] { facts.add(.import, identifier(module), at: statement.range) }
        for (name, _) in imported(by: statement) { facts.add(.import, name, at: statement.range) }
    }

    /// The full name of an expression; nil when nothing is known, `?` for a part of it of which nothing is known, and
    /// `()` behind what a call gives.
    func resolve(_ node: PythonNode, depth: Int = 0) -> String? {
        guard depth < Folding.depth, budget.spend() else { return nil }
        switch node.kind {
        case .identifier:
            let name = identifier(node)
            return Self.isLastingBuiltin(name) || !mayBeKnown(node) ? name : table.target(of: name)
        case .namedExpression: return node[.value].flatMap { resolve($0, depth: depth + 1) }
        case .parenthesizedExpression, .await:
            return node.firstNamedChild.flatMap { resolve($0, depth: depth + 1) }
        case .attribute: return attribute(node, depth: depth)
        case .call: return call(node, depth: depth)
        case .subscript: return element(node, depth: depth)
        default: return nil
        }
    }

    private func attribute(_ node: PythonNode, depth: Int) -> String? {
        guard let object = node[.object], let attribute = node[.attribute] else { return nil }
        return member(identifier(attribute), of: resolve(object, depth: depth + 1))
    }

    private func member(_ name: String, of object: String?) -> String? {
        guard let object else { return "?." + name }
        if Self.builtinModules.contains(object) { return name }
        switch name {
        case "__dict__", "__call__", "__func__", "__wrapped__": return object
        default: break
        }
        if object == "posix" || object == "nt" { return "os." + name }
        let shown = object.hasPrefix("six.moves.") ? String(object.dropFirst("six.moves.".count)) : object
        return shown + "." + name
    }

    private func call(_ node: PythonNode, depth: Int) -> String? {
        guard let function = node[.function] else { return nil }
        guard let name = resolve(function, depth: depth + 1) else { return "?()" }
        switch name {
        case "__import__", "importlib.import_module", "importlib.__import__":
            return positional(node).first.flatMap { fold($0)?.text }
        case "getattr", "object.__getattribute__":
            let arguments = positional(node)
            guard arguments.count >= 2, let attribute = fold(arguments[1])?.text else { return nil }
            return member(attribute, of: resolve(arguments[0], depth: depth + 1))
        case "globals", "locals": return Self.namespace
        case "vars": return positional(node).first.map { resolve($0, depth: depth + 1) ?? "?" } ?? Self.namespace
        default:
            let suffix = ".__getattribute__"
            guard name.hasSuffix(suffix), let attribute = positional(node).first.flatMap({ fold($0)?.text }) else {
                return name + "()"
            }
            return name.dropLast(suffix.count) + "." + attribute
        }
    }

    private func element(_ node: PythonNode, depth: Int) -> String? {
        guard let object = node[.value].flatMap({ resolve($0, depth: depth + 1) }),
            let key = node[.subscript].flatMap({ fold($0)?.text })
        else { return nil }
        if isNamespace(object) { return table.target(of: key) }
        return object + "." + key
    }

    /// Whether the elements of a value are names of modules or variables.
    func isNamespace(_ name: String) -> Bool {
        Self.builtinModules.contains(name) || name == "sys.modules" || name.hasSuffix(Self.namespace)
    }

    /// The arguments of a call that have no name, without comments.
    func positional(_ call: PythonNode) -> [PythonNode] {
        guard let arguments = call[.arguments] else { return [] }
        if arguments.kind == .generatorExpression { return [arguments] }
        return arguments.namedChildren(limit: Folding.elements).filter {
            $0.kind != .keywordArgument && $0.kind != .comment && $0.kind != .dictionarySplat
        }
    }

    /// The elements of a list or tuple.
    func elements(_ node: PythonNode) -> [PythonNode]? {
        guard node.kind == .list || node.kind == .tuple else { return nil }
        return node.namedChildren(limit: Folding.elements).filter { $0.kind != .comment }
    }

    /// Texts joined, at the cost of the budget.
    func joined(_ parts: [String?], separator: String = "") -> String? {
        Folding.join(parts, separator: separator, budget: budget)
    }
}
