import CTreeSitterCpp

/// Reads facts out of a C++ program.
enum CppFrontend: LanguageFrontend {
    static let language = SourceLanguage.cpp
    static let grammar = Grammar(pointer: tree_sitter_cpp())

    /// Lines that a backslash continues are one line before anything else is read (C++ standard, [lex.phases]).
    static func omissions(in source: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var position = 0
        while let backslash = source[position...].firstIndex(of: UInt8(ascii: "\\")) {
            var end = backslash + 1
            if end < source.count, source[end] == UInt8(ascii: "\r") { end += 1 }
            if end < source.count, source[end] == UInt8(ascii: "\n") {
                ranges.append(backslash..<end + 1)
                position = end + 1
            } else {
                position = backslash + 1
            }
        }
        return ranges
    }

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
        let names = CppNames(tree)
        let reader = CppReader(
            names: names, constants: CppConstants(names: names), loops: CppLoops(names: names, budget: tree.budget))
        let walk = SyntaxWalk(tree.root(CppSyntax.self), budget: tree.budget)
        while let node = walk.next() { reader.read(node, in: walk, into: &facts) }
    }
}
