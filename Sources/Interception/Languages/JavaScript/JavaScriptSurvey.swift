/// One walk over a program: where it imports, sets names, and says something that can become a fact.
struct JavaScriptSurvey {
    /// A place that can become a fact.
    struct Site {
        let node: JavaScriptNode
        let kind: JavaScriptSyntax.Kind
        /// Whether it is what a call or a `new` calls.
        let isCallee: Bool
    }

    private(set) var imports: [JavaScriptNode] = []
    /// `const name = value`, `name = value`.
    private(set) var assignments: [JavaScriptNode] = []
    /// Names that are set in a way that gives them no one value.
    private(set) var otherTargets: [JavaScriptNode] = []
    private(set) var sites: [Site] = []

    init(_ tree: SyntaxTree) {
        let walk = SyntaxWalk(tree.root(JavaScriptSyntax.self), budget: tree.budget)
        while let node = walk.next() {
            guard let kind = node.kind else { continue }
            note(node, kind, walk)
        }
    }

    private mutating func note(
        _ node: JavaScriptNode, _ kind: JavaScriptSyntax.Kind, _ walk: SyntaxWalk<JavaScriptSyntax>
    ) {
        switch kind {
        case .importStatement: imports.append(node)
        case .variableDeclarator, .assignmentExpression: assignments.append(node)
        case .augmentedAssignment, .forInStatement:
            if let target = node[.left] { otherTargets.append(target) }
        case .identifier:
            if Self.canRefer(walk) { sites.append(Site(node: node, kind: kind, isCallee: Self.isCallee(walk))) }
        case .memberExpression, .subscriptExpression:
            sites.append(Site(node: node, kind: kind, isCallee: Self.isCallee(walk)))
        case .binaryExpression:
            // The outermost of a chain speaks for all of it.
            if walk.parent?.kind != .binaryExpression { sites.append(Site(node: node, kind: kind, isCallee: false)) }
        case .callExpression, .newExpression, .string, .templateString, .whileStatement, .forStatement, .doStatement:
            sites.append(Site(node: node, kind: kind, isCallee: false))
        default: break
        }
    }

    private static func isCallee(_ walk: SyntaxWalk<JavaScriptSyntax>) -> Bool {
        switch walk.parent?.kind {
        case .callExpression: walk.field == .function
        case .newExpression: walk.field == .constructor
        default: false
        }
    }

    /// Whether an identifier stands where it means what it names, not where it is defined.
    private static func canRefer(_ walk: SyntaxWalk<JavaScriptSyntax>) -> Bool {
        switch walk.parent?.kind {
        case .importSpecifier, .importClause, .namespaceImport: false
        case .variableDeclarator: walk.field != .name
        case .assignmentExpression: walk.field != .left
        default: true
        }
    }
}
