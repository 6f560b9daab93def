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
        guard commandNames(in: body).isDisjoint(with: Self.exits) else { return }
        facts.add(.loopInfinite, at: node.range)
        if runsInBackground(body) { facts.add(.loopFork, at: node.range) }
    }

    /// A function that starts itself in the background doubles until something ends it.
    func addFunction(_ node: BashNode, to facts: inout FactCollector) {
        guard let name = node[.name], let body = node[.body] else { return }
        guard runsInBackground(body), commandNames(in: body).contains(source.text(name)) else { return }
        facts.add(.forkBomb, at: node.range)
    }

    /// Whether any command of a body runs in the background: `&` as a token of its own, not `&&` or `2>&1`.
    private func runsInBackground(_ body: BashNode) -> Bool {
        let walk = SyntaxWalk(body, budget: budget)
        while let node = walk.next() { if node.kind == .ampersand { return true } }
        return false
    }

    private func commandNames(in body: BashNode) -> Set<String> {
        var names: Set<String> = []
        let walk = SyntaxWalk(body, budget: budget)
        while let node = walk.next() { if node.kind == .commandName { names.insert(source.text(node)) } }
        return names
    }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        guard let first = unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace && $0 != ";" }), first <= last
        else { return "" }
        return String(self[first...last])
    }
}
