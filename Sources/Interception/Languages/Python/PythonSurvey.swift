/// One walk over a program: where it imports, sets names, and says something that can become a fact.
struct PythonSurvey {
    /// A place that can become a fact.
    struct Site {
        let node: PythonNode
        let kind: PythonSyntax.Kind
        var role = Role.use
    }

    /// What a place is to what holds it.
    enum Role {
        case use
        /// What a call calls.
        case callee
        /// Inside a `try`, which an exception leaves.
        case guarded
    }

    private(set) var imports: [PythonNode] = []
    /// `name = value`, also inside expressions (`name := value`).
    private(set) var assignments: [PythonNode] = []
    /// Names of functions, and names that are set in a way that gives them no one value.
    private(set) var otherTargets: [PythonNode] = []
    private(set) var sites: [Site] = []
    private let source: SourceCode
    /// Where the second line ends: up to there a comment can say something to the interpreter.
    private let secondLineEnd: Int
    /// Texts that stand as statements. They are for people, unless the program reads `__doc__`.
    private var documentation: [Site] = []
    private var readsDocumentation = false

    init(_ tree: SyntaxTree) {
        source = tree.source
        let lines = source.bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        secondLineEnd = lines.prefix(2).last?.endIndex ?? 0
        let walk = SyntaxWalk(tree.root(PythonSyntax.self), budget: tree.budget)
        while let node = walk.next() {
            guard let kind = node.kind else { continue }
            note(node, kind, walk)
        }
        if readsDocumentation { sites += documentation }
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
            if node.end - node.start == 7, source.text(node) == "__doc__" { readsDocumentation = true }
            if Self.canRefer(walk) { sites.append(Site(node: node, kind: kind)) }
        case .attribute:
            let isCallee = walk.parent?.kind == .call && walk.field == .function
            sites.append(Site(node: node, kind: kind, role: isCallee ? .callee : .use))
        case .binaryOperator:
            // The outermost of a chain speaks for all of it.
            if walk.parent?.kind != .binaryOperator { sites.append(Site(node: node, kind: kind)) }
        case .string, .concatenatedString:
            if walk.parent?.kind == .expressionStatement {
                documentation.append(Site(node: node, kind: kind))
            } else {
                sites.append(Site(node: node, kind: kind))
            }
        case .whileStatement:
            let isGuarded = walk.ancestors.contains { $0.kind == .tryStatement }
            sites.append(Site(node: node, kind: kind, role: isGuarded ? .guarded : .use))
        case .comment:
            if node.start < secondLineEnd { sites.append(Site(node: node, kind: kind)) }
        case .call, .execStatement: sites.append(Site(node: node, kind: kind))
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
