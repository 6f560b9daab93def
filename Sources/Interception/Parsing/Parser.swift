import CTreeSitter

/// A parser for one language; it keeps its memory between sources, and belongs to one thread at a time.
final class Parser {
    private let pointer: OpaquePointer

    init(_ grammar: Grammar) {
        // It fails only for a grammar of another version than the core knows, which the pins exclude.
        guard let pointer = flat_parser_new(grammar.pointer) else {
            preconditionFailure("the grammar and the core of tree-sitter do not fit: run scripts/parsers")
        }
        self.pointer = pointer
    }

    deinit { flat_parser_delete(pointer) }

    /// Parses a source; nil when the budget's time is over before that.
    ///
    /// The source must have no NUL: in one, the lexer of Bash takes quadratic time and never asks whether to go on.
    func parse(_ source: SourceCode, budget: AnalysisBudget) -> SyntaxTree? {
        let tree = run(flat_parser_parse, source, budget)
        guard let nodes = tree.nodes else {
            _ = budget.checkTime()
            return nil
        }
        return SyntaxTree(
            UnsafeBufferPointer(start: nodes, count: Int(tree.count)), in: self, of: source, budget: budget)
    }

    /// How a source was parsed, for a test that the quick way gives the tree that tree-sitter gives.
    func compare(_ source: SourceCode, budget: AnalysisBudget) -> (isQuick: Bool, isSame: Bool) {
        let tree = run(flat_parser_parse, source, budget)
        let quick = Array(UnsafeBufferPointer(start: tree.nodes, count: Int(tree.count)))
        let slow = run(flat_parser_parse_slowly, source, budget)
        let expected = UnsafeBufferPointer(start: slow.nodes, count: Int(slow.count))
        let isSame = quick.elementsEqual(expected) { left, right in
            left.start == right.start && left.end == right.end && left.next == right.next
                && left.parent == right.parent && left.symbol == right.symbol && left.field == right.field
                && left.flags == right.flags
        }
        return (tree.is_quick, isSame)
    }

    private typealias Parse = (
        OpaquePointer?, UnsafePointer<UInt8>?, UInt32, (@convention(c) (UnsafeMutableRawPointer?) -> Bool)?,
        UnsafeMutableRawPointer?
    ) -> FlatTree

    private func run(_ parse: Parse, _ source: SourceCode, _ budget: AnalysisBudget) -> FlatTree {
        source.bytes.withUnsafeBufferPointer { bytes in
            withExtendedLifetime(budget) {
                parse(
                    pointer, bytes.baseAddress, UInt32(bytes.count),
                    { context in
                        guard let context else { return true }
                        return !Unmanaged<AnalysisBudget>.fromOpaque(context).takeUnretainedValue().checkTime()
                    }, Unmanaged.passUnretained(budget).toOpaque())
            }
        }
    }
}
