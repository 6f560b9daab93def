import CTreeSitter

/// A parsed source. Its nodes are good while it lives.
final class SyntaxTree {
    let source: SourceCode
    let budget: AnalysisBudget
    private let pointer: OpaquePointer

    /// Takes over the tree that a parser made.
    init(owning pointer: OpaquePointer, of source: SourceCode, budget: AnalysisBudget) {
        self.pointer = pointer
        self.source = source
        self.budget = budget
    }

    deinit { ts_tree_delete(pointer) }

    /// The root, read with the names of a grammar; it must be the one that the tree was parsed with.
    func root<S: Syntax>(_ syntax: S.Type) -> SyntaxNode<S> { SyntaxNode(raw: ts_tree_root_node(pointer)) }

    /// Bytes that the parser could not make sense of.
    var erroneousBytes: Int {
        var cursor = ts_tree_cursor_new(ts_tree_root_node(pointer))
        defer { ts_tree_cursor_delete(&cursor) }
        var total = 0
        while budget.spend() {
            let node = ts_tree_cursor_current_node(&cursor)
            if ts_node_is_error(node) {
                total += Int(ts_node_end_byte(node) - ts_node_start_byte(node))
            } else if ts_node_has_error(node), ts_tree_cursor_goto_first_child(&cursor) {
                continue
            }
            while !ts_tree_cursor_goto_next_sibling(&cursor) {
                guard ts_tree_cursor_goto_parent(&cursor) else { return total }
            }
        }
        return total
    }
}
