import CTreeSitter

/// A parser for one language; it keeps its memory between sources, and belongs to one thread at a time.
final class Parser {
    private let pointer: OpaquePointer

    init(_ grammar: Grammar) {
        guard let pointer = ts_parser_new() else { preconditionFailure("tree-sitter has no memory for a parser") }
        // It fails only for a grammar of another version than the core knows, which the pins exclude.
        guard ts_parser_set_language(pointer, grammar.pointer) else {
            preconditionFailure("the grammar and the core of tree-sitter do not fit: run scripts/parsers")
        }
        self.pointer = pointer
    }

    deinit { ts_parser_delete(pointer) }

    /// Parses a source; nil when the budget's time is over before that.
    ///
    /// The source must have no NUL: in one, the lexer of Bash takes quadratic time and never asks whether to go on.
    func parse(_ source: SourceCode, budget: AnalysisBudget) -> SyntaxTree? {
        let tree = source.bytes.withUnsafeBufferPointer { bytes in
            withExtendedLifetime(budget) { Self.parse(pointer, Text(bytes: bytes, budget: budget)) }
        }
        guard let tree else {
            ts_parser_reset(pointer)
            _ = budget.checkTime()
            return nil
        }
        return SyntaxTree(owning: tree, of: source, budget: budget)
    }

    /// What the callbacks of tree-sitter are given.
    private struct Text {
        let bytes: UnsafeBufferPointer<UInt8>
        unowned(unsafe) let budget: AnalysisBudget
    }

    private static func parse(_ parser: OpaquePointer, _ text: Text) -> OpaquePointer? {
        withUnsafePointer(to: text) { text in
            let payload = UnsafeMutableRawPointer(mutating: text)
            let input = TSInput(
                payload: payload,
                read: { payload, offset, _, length in
                    guard let payload, let length else { return nil }
                    let bytes = payload.assumingMemoryBound(to: Text.self).pointee.bytes
                    guard let base = bytes.baseAddress, Int(offset) < bytes.count else {
                        length.pointee = 0
                        return nil
                    }
                    length.pointee = UInt32(bytes.count - Int(offset))
                    return UnsafeRawPointer(base + Int(offset)).assumingMemoryBound(to: CChar.self)
                },
                encoding: TSInputEncodingUTF8, decode: nil)
            let options = TSParseOptions(
                payload: payload,
                progress_callback: { state in
                    guard let payload = state?.pointee.payload else { return true }
                    return !payload.assumingMemoryBound(to: Text.self).pointee.budget.checkTime()
                })
            return ts_parser_parse_with_options(parser, nil, input, options)
        }
    }
}
