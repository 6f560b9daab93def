/// Loops that do not end, and functions that start themselves.
struct BashLoops {
    let source: SourceCode
    let budget: AnalysisBudget

    private static let alwaysTrue: Set<String> = [
        "true", ":", "/bin/true", "[ 1 ]", "[[ 1 ]]", "((1))", "(( 1 ))", "1",
    ]
    private static let alwaysFalse: Set<String> = ["false", "/bin/false", "((0))", "! true", "! :"]
    /// With one of these a loop ends, or does not spin.
    private static let exits: Set<String> = ["break", "exit", "return", "sleep", "read", "wait", "exec"]

    /// Looks at a `while` or `until` loop.
    func addLoop(_ node: BashNode, to facts: inout FactCollector) {
        guard let condition = node[.condition] else { return }
        let text = source.text(condition).trimmingBlanks()
        let isUntil = node.firstChild.map { source.text($0) == "until" } ?? false
        guard (isUntil ? Self.alwaysFalse : Self.alwaysTrue).contains(text) else { return }
        addEndless(node, to: &facts)
    }

    /// Looks at `for ((…;…;…))`, which is endless without a condition.
    func addCounting(_ node: BashNode, to facts: inout FactCollector) {
        if node[.condition] == nil { addEndless(node, to: &facts) }
    }

    private func addEndless(_ node: BashNode, to facts: inout FactCollector) {
        guard let body = node[.body] else { return }
        let (names, runsInBackground) = look(at: body)
        if names.isDisjoint(with: Self.exits) { facts.add(.loopInfinite, at: node.range) }
        if runsInBackground, names.isDisjoint(with: Self.exits) { facts.add(.loopFork, at: node.range) }
    }

    /// A function that starts itself in the background doubles until something ends it.
    func addFunction(_ node: BashNode, to facts: inout FactCollector) {
        guard let name = node[.name], let body = node[.body] else { return }
        let (names, runsInBackground) = look(at: body)
        if runsInBackground, names.contains(source.text(name)) { facts.add(.forkBomb, at: node.range) }
    }

    /// The commands of a body, and whether any runs in the background: `&` as a token of its own, not `&&` or `2>&1`.
    private func look(at body: BashNode) -> (names: Set<String>, runsInBackground: Bool) {
        var names: Set<String> = []
        var runsInBackground = false
        let walk = SyntaxWalk(body, budget: budget)
        while let node = walk.next() {
            if node.kind == .commandName { names.insert(source.text(node)) }
            if node.kind == .ampersand { runsInBackground = true }
        }
        return (names, runsInBackground)
    }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        String(drop(while: \.isWhitespace).reversed().drop { $0.isWhitespace || $0 == ";" }.reversed())
    }
}
