import CTreeSitter

/// A node of a tree; a value that is good while its `SyntaxTree` lives.
struct SyntaxNode<S: Syntax> {
    let raw: TSNode

    init(raw: TSNode) { self.raw = raw }

    private init?(existing raw: TSNode) {
        guard raw.id != nil else { return nil }
        self.raw = raw
    }

    /// Nil for kinds that the front end has no name for.
    var kind: S.Kind? { S.tables.kind(of: ts_node_symbol(raw)) }
    var isNamed: Bool { ts_node_is_named(raw) }
    var hasError: Bool { ts_node_has_error(raw) }
    var start: Int { Int(ts_node_start_byte(raw)) }
    var end: Int { Int(ts_node_end_byte(raw)) }
    /// The line of its first character, from 0.
    var row: Int { Int(ts_node_start_point(raw).row) }
    /// In bytes of the source.
    var range: Range<Int> { start..<Swift.max(start, end) }
    var childCount: Int { Int(ts_node_child_count(raw)) }
    var namedChildCount: Int { Int(ts_node_named_child_count(raw)) }

    /// The child with this field.
    subscript(_ field: S.Field) -> SyntaxNode? {
        SyntaxNode(existing: ts_node_child_by_field_id(raw, S.tables.id(of: field)))
    }

    var firstChild: SyntaxNode? { SyntaxNode(existing: ts_node_child(raw, 0)) }
    var firstNamedChild: SyntaxNode? { SyntaxNode(existing: ts_node_named_child(raw, 0)) }
    var lastNamedChild: SyntaxNode? {
        namedChildCount == 0 ? nil : SyntaxNode(existing: ts_node_named_child(raw, UInt32(namedChildCount - 1)))
    }

    /// All children, or at most `limit` of them.
    func children(limit: Int = .max) -> [SyntaxNode] { list(limit, isNamedOnly: false) }

    /// The children that are not only punctuation or keywords, or at most `limit` of them.
    func namedChildren(limit: Int = .max) -> [SyntaxNode] { list(limit, isNamedOnly: true) }

    /// Whether it is the same node of the same tree.
    func isSame(as other: SyntaxNode?) -> Bool { other.map { ts_node_eq(raw, $0.raw) } ?? false }

    private func list(_ limit: Int, isNamedOnly: Bool) -> [SyntaxNode] {
        let count = isNamedOnly ? namedChildCount : childCount
        guard count > 0 else { return [] }
        if count <= Self.few { return few(Swift.min(count, limit), isNamedOnly) }
        var nodes: [SyntaxNode] = []
        var cursor = ts_tree_cursor_new(raw)
        defer { ts_tree_cursor_delete(&cursor) }
        guard ts_tree_cursor_goto_first_child(&cursor) else { return [] }
        repeat {
            let node = SyntaxNode(raw: ts_tree_cursor_current_node(&cursor))
            if !isNamedOnly || node.isNamed { nodes.append(node) }
        } while nodes.count < limit && ts_tree_cursor_goto_next_sibling(&cursor)
        return nodes
    }

    /// Up to here counting from the first child each time is quicker than a cursor, which needs memory of its own.
    private static var few: Int { 6 }

    private func few(_ count: Int, _ isNamedOnly: Bool) -> [SyntaxNode] {
        (0..<UInt32(count)).map { index in
            SyntaxNode(raw: isNamedOnly ? ts_node_named_child(raw, index) : ts_node_child(raw, index))
        }
    }
}
