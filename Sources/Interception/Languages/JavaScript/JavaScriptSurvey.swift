/// One walk over a program: where it imports, sets names, and says something that can become a fact.
struct JavaScriptSurvey {
    /// A place that can become a fact.
    struct Site {
        let node: JavaScriptNode
        let kind: JavaScriptSyntax.Kind
        var role = Role.use
    }

    /// What a place is to what holds it.
    enum Role {
        case use
        /// What a call or a `new` calls.
        case callee
        /// A name where it is defined, which means nothing yet.
        case definition
    }

    private(set) var imports: [JavaScriptNode] = []
    /// `const name = value`, `name = value`.
    private(set) var assignments: [JavaScriptNode] = []
    /// Names that are set in a way that gives them no one value.
    private(set) var otherTargets: [JavaScriptNode] = []
    /// Names of the functions that are declared at the top, where they stand for themselves in the whole program.
    private(set) var ownFunctions: [JavaScriptNode] = []
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
        case .functionDeclaration:
            if walk.isBelowRoot, let name = node[.name] { ownFunctions.append(name) }
        case .identifier, .memberExpression, .subscriptExpression:
            sites.append(Site(node: node, kind: kind, role: Self.role(walk)))
        case .binaryExpression:
            // The outermost of a chain speaks for all of it.
            if walk.parent?.kind != .binaryExpression { sites.append(Site(node: node, kind: kind)) }
        case .callExpression, .newExpression, .string, .templateString, .whileStatement, .forStatement, .doStatement:
            sites.append(Site(node: node, kind: kind))
        default: break
        }
    }

    private static func role(_ walk: SyntaxWalk<JavaScriptSyntax>) -> Role {
        switch walk.parent?.kind {
        case .callExpression: walk.field == .function ? .callee : .use
        case .newExpression: walk.field == .constructor ? .callee : .use
        case .importSpecifier, .importClause, .namespaceImport: .definition
        case .variableDeclarator, .functionDeclaration: walk.field == .name ? .definition : .use
        case .assignmentExpression: walk.field == .left ? .definition : .use
        default: .use
        }
    }
}
