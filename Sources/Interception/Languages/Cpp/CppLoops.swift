/// Loops that do not end, and what they take while they run.
struct CppLoops {
    let names: CppNames
    let budget: AnalysisBudget

    private static let alwaysTrue: Set<String> = ["1", "true", "!0", "!false", "1==1"]
    private static let exits: Set<String> = ["exit", "_exit", "_Exit", "abort", "quick_exit", "terminate", "longjmp"]
    private static let forks: Set<String> = ["fork", "vfork", "clone"]
    private static let growth: Set<String> = [
        "malloc", "calloc", "?.push_back", "?.emplace_back", "?.append", "?.resize",
    ]

    /// Looks at a `while`, `for` or `do` loop.
    func add(_ node: CppNode, to facts: inout FactCollector) {
        guard isEndless(node), let body = node[.body] else { return }
        var hasExit = false
        var takesMemory = false
        var callees: Set<String> = []
        let walk = SyntaxWalk(body, budget: budget)
        while let node = walk.next() {
            switch node.kind {
            case .breakStatement, .returnStatement, .gotoStatement, .throwStatement, .coYieldStatement,
                .coReturnStatement:
                hasExit = true
            case .newExpression: takesMemory = true
            case .callExpression: if let name = node[.function].flatMap({ names.name(of: $0) }) { callees.insert(name) }
            default: break
            }
        }
        if !callees.isDisjoint(with: Self.exits) { hasExit = true }
        if !callees.isDisjoint(with: Self.forks) { facts.add(.loopFork, at: node.range) }
        guard !hasExit else { return }
        if takesMemory || !callees.isDisjoint(with: Self.growth) { facts.add(.loopGrow, at: node.range) }
        facts.add(.loopInfinite, at: node.range)
    }

    private func isEndless(_ node: CppNode) -> Bool {
        guard let condition = node[.condition] else { return node.kind == .forStatement }
        let text = names.source.text(condition).filter { !$0.isWhitespace && $0 != "(" && $0 != ")" }
        return Self.alwaysTrue.contains(text)
    }
}
