import CTreeSitter

/// A node of a tree; a value that is good while its `SyntaxTree` lives.
///
/// It is a place in the flat array of a tree, so that going from node to node asks nobody and counts no references.
struct SyntaxNode<S: Syntax> {
    private let nodes: UnsafePointer<FlatNode>
    /// Place in the array.
    let number: UInt32

    init(_ nodes: UnsafePointer<FlatNode>, _ number: UInt32) {
        self.nodes = nodes
        self.number = number
    }

    private var raw: UnsafePointer<FlatNode> { nodes + Int(number) }

    /// Nil for kinds that the front end has no name for.
    var kind: S.Kind? { S.tables.kind(of: raw.pointee.symbol) }
    var isNamed: Bool { raw.pointee.flags & UInt8(FlatNodeNamed) != 0 }
    var start: Int { Int(raw.pointee.start) }
    var end: Int { Int(raw.pointee.end) }
    /// In bytes of the source.
    var range: Range<Int> { start..<Swift.max(start, end) }
    /// What it is to its parent.
    var field: S.Field? { S.tables.field(of: TSFieldId(raw.pointee.field)) }
    /// The node that holds it; nil for the root of the tree.
    var parent: SyntaxNode? {
        let parent = raw.pointee.parent
        return parent == .max ? nil : SyntaxNode(nodes, parent)
    }
    /// Number of the first node that is neither this one nor below it.
    var next: UInt32 { raw.pointee.next }

    /// The node of the same tree with a number.
    func node(_ number: UInt32) -> SyntaxNode { SyntaxNode(nodes, number) }

    var childCount: Int { count { _ in true } }
    var namedChildCount: Int { count(where: \.isNamed) }

    /// The child with this field.
    subscript(_ field: S.Field) -> SyntaxNode? {
        let id = S.tables.id(of: field)
        let end = next
        var child = number + 1
        while child < end {
            let raw = nodes + Int(child)
            if raw.pointee.field == id { return SyntaxNode(nodes, child) }
            child = raw.pointee.next
        }
        return nil
    }

    var firstChild: SyntaxNode? { number + 1 < next ? SyntaxNode(nodes, number + 1) : nil }

    var firstNamedChild: SyntaxNode? {
        var cursor = children.makeIterator()
        while let child = cursor.next() { if child.isNamed { return child } }
        return nil
    }

    var lastNamedChild: SyntaxNode? {
        var last: SyntaxNode?
        for child in children where child.isNamed { last = child }
        return last
    }

    /// All children, in order.
    var children: Children { Children(nodes: nodes, child: number + 1, end: next) }

    struct Children: Sequence, IteratorProtocol {
        fileprivate let nodes: UnsafePointer<FlatNode>
        fileprivate var child: UInt32
        fileprivate let end: UInt32

        mutating func next() -> SyntaxNode? {
            guard child < end else { return nil }
            defer { child = nodes[Int(child)].next }
            return SyntaxNode(nodes, child)
        }
    }

    /// The first children, up to a limit.
    func children(limit: Int) -> [SyntaxNode] { list(limit, isNamedOnly: false) }

    /// The first children that are not only punctuation or keywords, up to a limit.
    func namedChildren(limit: Int) -> [SyntaxNode] { list(limit, isNamedOnly: true) }

    /// Whether it is the same node of the same tree.
    func isSame(as other: SyntaxNode?) -> Bool { other.map { $0.number == number && $0.nodes == nodes } ?? false }

    private func list(_ limit: Int, isNamedOnly: Bool) -> [SyntaxNode] {
        var list: [SyntaxNode] = []
        for child in children where !isNamedOnly || child.isNamed {
            guard list.count < limit else { break }
            list.append(child)
        }
        return list
    }

    private func count(where isCounted: (SyntaxNode) -> Bool) -> Int {
        var count = 0
        for child in children where isCounted(child) { count += 1 }
        return count
    }
}
