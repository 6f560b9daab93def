/// Visits a node and everything below it, each before its children, without recursion and within a budget.
final class SyntaxWalk<S: Syntax> {
    private let root: SyntaxNode<S>
    private let budget: AnalysisBudget
    // Read for each node; neither is ever handed on to be changed.
    @exclusivity(unchecked) private var current: SyntaxNode<S>
    /// Number of the node that comes next.
    @exclusivity(unchecked) private var following: UInt32

    init(_ root: SyntaxNode<S>, budget: AnalysisBudget) {
        self.root = root
        self.budget = budget
        current = root
        following = root.number
    }

    /// Goes on to the next node; nil at the end, or when the budget is used up.
    func next() -> SyntaxNode<S>? {
        guard following < root.next, budget.spend() else { return nil }
        current = root.node(following)
        following += 1
        return current
    }

    /// The nodes above the current one, from its parent up to the root of the walk.
    var ancestors: some Sequence<SyntaxNode<S>> {
        sequence(state: current) { [root] node in
            guard node.number != root.number, let parent = node.parent else { return nil }
            node = parent
            return parent
        }
    }

    /// The node that holds the current one; nil at the root of the walk.
    var parent: SyntaxNode<S>? { current.number == root.number ? nil : current.parent }

    /// Whether the root of the walk holds the current node itself.
    var isBelowRoot: Bool { parent?.number == root.number }

    /// What the current node is to its parent.
    var field: S.Field? { current.field }
}
