import CTreeSitter

/// A parsed source. It lies in the memory of its parser, so it and its nodes are good until the next source is parsed.
final class SyntaxTree {
    let source: SourceCode
    let budget: AnalysisBudget
    private let nodes: UnsafeBufferPointer<FlatNode>
    /// Keeps the memory.
    private let parser: Parser

    init(_ nodes: UnsafeBufferPointer<FlatNode>, in parser: Parser, of source: SourceCode, budget: AnalysisBudget) {
        self.nodes = nodes
        self.parser = parser
        self.source = source
        self.budget = budget
    }

    /// The root, read with the names of a grammar; it must be the one that the tree was parsed with.
    func root<S: Syntax>(_ syntax: S.Type) -> SyntaxNode<S> {
        guard let base = nodes.baseAddress else { preconditionFailure("a tree has a root") }
        return SyntaxNode(base, 0)
    }

    /// Bytes that the parser could not make sense of.
    var erroneousBytes: Int {
        var total = 0
        var number = 0
        while number < nodes.count {
            let node = nodes[number]
            if node.symbol == UInt16(FlatNodeErrorSymbol) {
                total += Int(node.end - node.start)
                number = Int(node.next)
            } else {
                number += 1
            }
        }
        return total
    }
}
