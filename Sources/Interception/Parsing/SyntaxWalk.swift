import CTreeSitter

/// Visits a node and everything below it, each before its children, without recursion and within a budget.
final class SyntaxWalk<S: Syntax> {
    private var position: Position
    private let budget: AnalysisBudget

    /// In one value, so that a step asks for access to one thing.
    private struct Position {
        var cursor: TSTreeCursor
        var current: SyntaxNode<S>
        var ancestors: [SyntaxNode<S>] = []
        var isStarted = false

        mutating func advance() -> Bool {
            guard isStarted else {
                isStarted = true
                return true
            }
            if ts_tree_cursor_goto_first_child(&cursor) {
                ancestors.append(current)
            } else {
                while !ts_tree_cursor_goto_next_sibling(&cursor) {
                    guard ts_tree_cursor_goto_parent(&cursor) else { return false }
                    ancestors.removeLast()
                }
            }
            current = SyntaxNode(raw: ts_tree_cursor_current_node(&cursor))
            return true
        }
    }

    init(_ root: SyntaxNode<S>, budget: AnalysisBudget) {
        position = Position(cursor: ts_tree_cursor_new(root.raw), current: root)
        self.budget = budget
    }

    deinit { ts_tree_cursor_delete(&position.cursor) }

    /// Goes on to the next node; nil at the end, or when the budget is used up.
    func next() -> SyntaxNode<S>? {
        guard budget.spend(), position.advance() else { return nil }
        return position.current
    }

    /// The nodes above the current one, from the root of the walk.
    var ancestors: [SyntaxNode<S>] { position.ancestors }

    /// The node that holds the current one; nil at the root of the walk.
    var parent: SyntaxNode<S>? { position.ancestors.last }

    /// What the current node is to its parent.
    var field: S.Field? { S.tables.field(of: ts_tree_cursor_current_field_id(&position.cursor)) }
}
