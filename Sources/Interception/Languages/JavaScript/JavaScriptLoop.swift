/// A loop whose condition is always true, or missing.
struct JavaScriptLoop {
    private let node: JavaScriptNode
    private var calls: Set<String> = []
    private var canEnd = false
    private var grows = false

    /// Nil unless the condition says that the loop never ends.
    init?(_ node: JavaScriptNode, _ kind: JavaScriptSyntax.Kind, names: JavaScriptNames, budget: AnalysisBudget) {
        guard let body = node[.body], Self.isEndless(node, kind, names) else { return nil }
        self.node = node
        let walk = SyntaxWalk(body, budget: budget)
        while let inner = walk.next() { look(at: inner, names) }
    }

    private static func isEndless(
        _ node: JavaScriptNode, _ kind: JavaScriptSyntax.Kind, _ names: JavaScriptNames
    ) -> Bool {
        guard let condition = node[.condition], condition.kind != .emptyStatement else { return kind == .forStatement }
        return switch names.fold(condition) {
        case .boolean(let boolean)?: boolean
        case .integer(let integer)?: integer != 0
        case .text(let text)?: !text.isEmpty
        default: false
        }
    }

    func read(into facts: inout FactCollector) {
        if calls.contains(where: { $0.hasPrefix("child_process.") || $0 == "cluster.fork" }) {
            facts.add(.loopFork, at: node.range)
        }
        guard !canEnd else { return }
        if grows { facts.add(.loopGrow, at: node.range) }
        facts.add(.loopInfinite, at: node.range)
    }

    private mutating func look(at inner: JavaScriptNode, _ names: JavaScriptNames) {
        switch inner.kind {
        case .breakStatement, .returnStatement, .throwStatement, .yieldExpression, .awaitExpression: canEnd = true
        case .augmentedAssignment:
            switch inner[.right]?.kind {
            case .number: break
            default: grows = true
            }
        case .callExpression:
            guard let function = inner[.function] else { return }
            if let name = names.resolve(function) {
                calls.insert(name)
                if name == "process.exit" { canEnd = true }
            }
            if function.kind == .memberExpression, let method = function[.property].map(names.source.text) {
                grows = grows || Self.growing.contains(method)
            }
        default: break
        }
    }

    private static let growing: Set<String> = ["push", "concat", "unshift"]
}
