extension CppNames {
    /// Reads all declarations and macros of a tree.
    init(_ tree: SyntaxTree) {
        self.init(source: tree.source, budget: tree.budget)
        let walk = SyntaxWalk(tree.root(CppSyntax.self), budget: tree.budget)
        while let node = walk.next() {
            switch node.kind {
            case .preprocInclude:
                // A header that a macro names can be any.
                include(node[.path]?.kind == .identifier ? "" : Self.header(node, in: source))
            case .preprocDef: macro(node)
            case .namespaceAlias, .aliasDeclaration: namedAlias(node)
            case .declaration: declaration(node, in: walk)
            case .initDeclarator: initialization(node, in: walk)
            case .parameterDeclaration: variable(node[.declarator], in: walk)
            case .assignmentExpression:
                if let left = node[.left], left.kind == .identifier { assign(source.text(left), nil) }
            default: break
            }
        }
    }

    /// The path of an include, without its brackets or quotes; the name of a macro stays as it is.
    static func header(_ node: CppNode, in source: SourceCode) -> String {
        guard let path = node[.path] else { return "" }
        return String(decoding: source.bytes(of: path).filter { !"<>\"".utf8.contains($0) }, as: UTF8.self)
    }

    /// Where the function begins that holds the current node; -1 outside of functions.
    static func function(around walk: SyntaxWalk<CppSyntax>) -> Int {
        walk.ancestors.first { $0.kind == .functionDefinition }?.start ?? -1
    }

    private mutating func macro(_ node: CppNode) {
        guard let name = node[.name], let value = node[.value] else { return }
        let text = source.text(value)
        let body = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if body.wholeMatch(of: /(::)?[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*/) != nil {
            alias(source.text(name), to: body.hasPrefix("::") ? String(body.dropFirst(2)) : body)
        } else if let literal = body.wholeMatch(of: /"(.*)"/), !literal.1.contains("\"") {
            assign(source.text(name), .text(CppConstants.unescaped(String(literal.1))))
        } else if let number = CppConstants.number(body) {
            assign(source.text(name), .integer(number))
        }
    }

    private mutating func namedAlias(_ node: CppNode) {
        guard let name = node[.name] else { return }
        // The target is the last child: a namespace has no field for it.
        guard let target = node[.type] ?? node.lastNamedChild, !target.isSame(as: name) else { return }
        let text = source.text(target).filter { !$0.isWhitespace }
        alias(
            source.text(name), to: String((text.hasPrefix("::") ? text.dropFirst(2) : text[...]).prefix { $0 != "<" }))
    }

    private mutating func declaration(_ node: CppNode, in walk: SyntaxWalk<CppSyntax>) {
        for child in node.namedChildren(limit: 64) {
            if child.kind == .functionDeclarator {
                if let name = child[.declarator], name.kind == .identifier { declareFunction(source.text(name)) }
            } else if child.kind == .identifier {
                declareVariable(source.text(child), in: Self.function(around: walk))
            }
        }
    }

    private mutating func initialization(_ node: CppNode, in walk: SyntaxWalk<CppSyntax>) {
        guard let identifier = Self.identifier(in: node[.declarator]), var value = node[.value] else { return }
        let name = source.text(identifier)
        declareVariable(name, in: Self.function(around: walk))
        if value.kind == .initializerList, value.namedChildCount == 1, let only = value.firstNamedChild { value = only }
        if let constant = CppConstants(names: self).value(of: value) {
            assign(name, constant)
        } else if [.identifier, .qualifiedIdentifier, .pointerExpression].contains(value.kind),
            let target = self.name(of: value), !isVariable(target, in: Self.function(around: walk))
        {
            alias(name, to: target)
        } else {
            assign(name, nil)
        }
    }

    private mutating func variable(_ declarator: CppNode?, in walk: SyntaxWalk<CppSyntax>) {
        guard let identifier = Self.identifier(in: declarator) else { return }
        declareVariable(source.text(identifier), in: Self.function(around: walk))
    }

    /// The name inside pointers, arrays, references and parentheses.
    private static func identifier(in declarator: CppNode?) -> CppNode? {
        var node = declarator
        for _ in 0..<16 {
            guard let current = node else { return nil }
            if current.kind == .identifier { return current }
            node = current[.declarator] ?? current.firstNamedChild
        }
        return nil
    }
}
