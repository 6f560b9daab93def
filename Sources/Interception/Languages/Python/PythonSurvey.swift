/// One walk over a program: where it imports, sets names, and says something that can become a fact.
struct PythonSurvey {
    /// A place that can become a fact.
    struct Site {
        let node: PythonNode
        let kind: PythonSyntax.Kind
        /// Whether it is what a call calls.
        let isCallee: Bool
    }

    private(set) var imports: [PythonNode] = []
    /// `name = value`, also inside expressions (`name := value`).
    private(set) var assignments: [PythonNode] = []
    /// Names of functions, and names that are set in a way that gives them no one value.
    private(set) var otherTargets: [PythonNode] = []
    private(set) var sites: [Site] = []

    init(_ tree: SyntaxTree) {
        let walk = SyntaxWalk(tree.root(PythonSyntax.self), budget: tree.budget)
        while let node = walk.next() {
            guard let kind = node.kind else { continue }
            note(node, kind, walk)
        }
    }

    private mutating func note(_ node: PythonNode, _ kind: PythonSyntax.Kind, _ walk: SyntaxWalk<PythonSyntax>) {
        switch kind {
        case .importStatement, .importFromStatement: imports.append(node)
        case .assignment, .namedExpression: assignments.append(node)
        case .augmentedAssignment, .forStatement, .forInClause:
            if let target = node[.left] { otherTargets.append(target) }
        case .functionDefinition:
            if let name = node[.name] { otherTargets.append(name) }
        case .identifier:
            if Self.canRefer(walk) { sites.append(Site(node: node, kind: kind, isCallee: false)) }
        case .attribute:
            let isCallee = walk.parent?.kind == .call && walk.field == .function
            sites.append(Site(node: node, kind: kind, isCallee: isCallee))
        case .binaryOperator:
            // The outermost of a chain speaks for all of it.
            if walk.parent?.kind != .binaryOperator { sites.append(Site(node: node, kind: kind, isCallee: false)) }
        case .call, .string, .concatenatedString, .execStatement, .whileStatement, .comment:
            sites.append(Site(node: node, kind: kind, isCallee: false))
        default: break
        }
    }

    /// Whether an identifier stands where it means what it names: not where it is defined, and not as a callee, which
    /// the call speaks for.
    private static func canRefer(_ walk: SyntaxWalk<PythonSyntax>) -> Bool {
        switch walk.parent?.kind {
        case .dottedName, .aliasedImport, .parameters: false
        case .keywordArgument, .functionDefinition, .classDefinition, .defaultParameter, .typedDefaultParameter:
            walk.field != .name
        case .attribute: walk.field != .attribute
        case .call: walk.field != .function
        case .assignment: walk.field != .left
        default: true
        }
    }
}
