import CTreeSitter

/// Visits a node and everything below it, each before its children, without recursion and within a budget.
final class SyntaxWalk<S: Syntax> {
    private var cursor: TSTreeCursor
    private let budget: AnalysisBudget
    private var isStarted = false
    /// The nodes above the current one, from the root of the walk.
    private(set) var ancestors: [SyntaxNode<S>] = []

    init(_ root: SyntaxNode<S>, budget: AnalysisBudget) {
        cursor = ts_tree_cursor_new(root.raw)
        self.budget = budget
    }

    deinit { ts_tree_cursor_delete(&cursor) }

    /// Goes on to the next node; nil at the end, or when the budget is used up.
    func next() -> SyntaxNode<S>? {
        guard budget.spend() else { return nil }
        if !isStarted {
            isStarted = true
            return current
        }
        let left = current
        if ts_tree_cursor_goto_first_child(&cursor) {
            ancestors.append(left)
            return current
        }
        while !ts_tree_cursor_goto_next_sibling(&cursor) {
            guard ts_tree_cursor_goto_parent(&cursor) else { return nil }
            ancestors.removeLast()
        }
        return current
    }

    /// The node that holds the current one; nil at the root of the walk.
    var parent: SyntaxNode<S>? { ancestors.last }

    /// What the current node is to its parent.
    var field: S.Field? { S.tables.field(of: ts_tree_cursor_current_field_id(&cursor)) }

    private var current: SyntaxNode<S> { SyntaxNode(raw: ts_tree_cursor_current_node(&cursor)) }
}
