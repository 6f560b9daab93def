/// Reads one node of a C++ program after the other.
struct CppReader {
    let names: CppNames
    let constants: CppConstants
    let loops: CppLoops
    private var source: SourceCode { names.source }

    init(names: CppNames, constants: CppConstants, loops: CppLoops) {
        self.names = names
        self.constants = constants
        self.loops = loops
    }

    func read(_ node: CppNode, in walk: SyntaxWalk<CppSyntax>, into facts: inout FactCollector) {
        switch node.kind {
        case .callExpression: call(node, into: &facts)
        case .declaration: declaration(node, into: &facts)
        case .compoundLiteral: construction(node, of: node[.type], with: node[.value], into: &facts)
        case .newExpression: allocation(node, into: &facts)
        case .identifier, .qualifiedIdentifier: reference(node, in: walk, into: &facts)
        case .preprocInclude: facts.add(.include, CppNames.header(node, in: source), at: node.range)
        case .preprocDef, .preprocFunctionDef: macro(node, into: &facts)
        case .gnuAsm: facts.add(.inlineAssembly, at: node.range)
        case .stringLiteral, .rawString: literal(node, into: &facts)
        case .concatenatedString, .binaryExpression: joined(node, in: walk, into: &facts)
        case .castExpression: cast(node, in: walk, into: &facts)
        case .whileStatement, .forStatement, .doStatement: loops.add(node, to: &facts)
        default: break
        }
    }

    private func arguments(_ list: CppNode?) -> [Fact.Argument] {
        (list?.namedChildren(limit: 64) ?? []).map { Fact.Argument(value: constants.value(of: $0), range: $0.range) }
    }

    private func call(_ node: CppNode, into facts: inout FactCollector) {
        guard let function = node[.function], let name = names.name(of: function) else { return }
        if isCastToFunction(function) { facts.add(.functionPointerCast, at: node.range) }
        guard isOfSystem(name, function) else { return }
        lazy var arguments = arguments(node[.arguments])
        facts.add(.call, name, at: node.range, arguments: arguments)
        if name == "system" || name == "popen", let command = arguments.first?.value?.text {
            facts.embed(.bash, command, at: node.range)
        } else if ["execl", "execlp", "execle"].contains(name) {
            // The program, its name for itself, and its arguments.
            let words = arguments.prefix(1) + arguments.dropFirst(2)
            facts.embed(.bash, ShellWords.command(words.map(\.value)), at: node.range)
        }
    }

    /// `::connect` says which one is meant; `connect` alone may be a function of the program.
    private func isOfSystem(_ name: String, _ function: CppNode) -> Bool {
        !names.headers.cannotBeOfSystem(name) || source.text(function).hasPrefix("::")
    }

    /// An object made by a declaration is made by a call of its class: `std::ifstream f("/etc/passwd");`
    private func declaration(_ node: CppNode, into facts: inout FactCollector) {
        for child in node.namedChildren(limit: 64) where child.kind == .initDeclarator {
            construction(node, of: node[.type], with: child[.value], into: &facts)
        }
    }

    private func construction(_ node: CppNode, of type: CppNode?, with list: CppNode?, into facts: inout FactCollector)
    {
        guard let type, let list, list.kind == .argumentList || list.kind == .initializerList,
            let name = names.name(of: type)
        else { return }
        facts.add(.call, name, at: node.range, arguments: arguments(list))
    }

    private func allocation(_ node: CppNode, into facts: inout FactCollector) {
        construction(node, of: node[.type], with: node[.arguments], into: &facts)
        guard let length = node[.declarator]?[.length], let count = constants.value(of: length)?.integer,
            count >= Self.hugeCount
        else { return }
        facts.add(.hugeAllocation, at: node.range)
    }

    /// Elements of one `new` that no ordinary program asks for.
    private static let hugeCount = 1 << 28

    /// A function that is named without a call is handed on.
    private func reference(_ node: CppNode, in walk: SyntaxWalk<CppSyntax>, into facts: inout FactCollector) {
        guard let parent = walk.parent, parent.kind != .qualifiedIdentifier else { return }
        switch parent.kind {
        case .argumentList, .initializerList, .pointerExpression, .returnStatement, .castExpression,
            .conditionalExpression, .assignmentExpression, .parenthesized:
            break
        case .initDeclarator where !node.isSame(as: parent[.declarator]): break
        default: return
        }
        let text = source.text(node)
        guard !names.isVariable(text, in: CppNames.function(around: walk)), let name = names.name(of: node),
            isOfSystem(name, node)
        else { return }
        facts.add(.ref, name, at: node.range)
    }

    /// The body of a macro is no tree: what looks like a call in it is one wherever the macro is used.
    private func macro(_ node: CppNode, into facts: inout FactCollector) {
        guard let value = node[.value] else { return }
        let text = source.text(value)
        if text.contains("##") { facts.add(.tokenPaste, at: node.range) }
        for call in text.matches(of: /([A-Za-z_][A-Za-z0-9_]*)\s*\(/) {
            let name = String(call.1)
            if !names.headers.cannotBeOfSystem(name) { facts.add(.ref, name, at: node.range) }
        }
        for literal in text.matches(of: /"([^"\\]*)"/) { facts.add(text: String(literal.1), at: node.range) }
    }

    private func literal(_ node: CppNode, into facts: inout FactCollector) {
        if let text = constants.value(of: node)?.text { facts.add(text: text, at: node.range) }
        if NumericEscapes.areMany(in: source.text(node)) { facts.add(.hexEscapes, at: node.range) }
    }

    private func joined(_ node: CppNode, in walk: SyntaxWalk<CppSyntax>, into facts: inout FactCollector) {
        guard walk.parent?.kind != .binaryExpression, let text = constants.value(of: node)?.text else { return }
        facts.add(text: text, at: node.range)
    }

    private func cast(_ node: CppNode, in walk: SyntaxWalk<CppSyntax>, into facts: inout FactCollector) {
        // A comparison function that is cast on its way into qsort is ordinary C.
        guard walk.parent?.kind != .argumentList, isCastToFunction(node) else { return }
        facts.add(.functionPointerCast, at: node.range)
    }

    private func isCastToFunction(_ node: CppNode) -> Bool {
        var node = node
        while node.kind == .parenthesized, let inner = node.firstNamedChild { node = inner }
        switch node.kind {
        case .castExpression:
            return node[.type].flatMap { $0[.declarator] }?.kind == .abstractFunctionDeclarator
        case .callExpression:
            guard let callee = node[.function], callee.kind == .templateFunction else { return false }
            let text = source.text(callee)
            return text.contains("_cast") && text.contains("(*)")
        default: return false
        }
    }
}
