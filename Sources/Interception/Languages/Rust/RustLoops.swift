/// Loops that do not end, and what they take while they run.
struct RustLoops {
    let names: RustNames
    let budget: AnalysisBudget

    private static let exits: Set<String> = ["std::process::exit", "std::process::abort", "libc::exit", "libc::_exit"]
    private static let exitMacros: Set<String> = ["panic", "todo", "unreachable", "unimplemented"]
    private static let forks: Set<String> = [
        "libc::fork", "nix::unistd::fork", "std::process::Command::new", "std::thread::spawn", "libc::clone",
    ]
    private static let growth: Set<String> = [
        "?.push", "?.push_str", "?.push_back", "?.extend", "?.extend_from_slice", "std::mem::forget", "Box::leak",
        "std::boxed::Box::leak",
    ]

    /// Looks at a `loop` or `while`.
    func add(_ node: RustNode, to facts: inout FactCollector) {
        if node.kind == .whileExpression, node[.condition].map({ names.source.text($0) }) != "true" { return }
        guard let body = node[.body] else { return }
        var hasExit = false
        var callees: Set<String> = []
        let walk = SyntaxWalk(body, budget: budget)
        while let node = walk.next() {
            switch node.kind {
            case .breakExpression, .returnExpression, .tryExpression, .awaitExpression: hasExit = true
            case .callExpression: if let function = node[.function] { callees.formUnion(names.names(of: function)) }
            case .macroInvocation: hasExit = hasExit || exits(macro: node)
            default: break
            }
        }
        if !callees.isDisjoint(with: Self.exits) { hasExit = true }
        if !callees.isDisjoint(with: Self.forks), !hasExit { facts.add(.loopFork, at: node.range) }
        guard !hasExit else { return }
        if !callees.isDisjoint(with: Self.growth) { facts.add(.loopGrow, at: node.range) }
        facts.add(.loopInfinite, at: node.range)
    }

    private func exits(macro node: RustNode) -> Bool {
        guard let name = node[.macro] else { return false }
        if Self.exitMacros.contains(names.source.text(name)) { return true }
        return names.source.text(node).contains(/\b(break|return|panic)\b/)
    }
}
