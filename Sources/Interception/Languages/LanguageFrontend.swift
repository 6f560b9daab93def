/// Reads facts out of the syntax tree of one language.
///
/// A front end lives in a folder of its own, in files of the same names: `…Frontend` (the walk), `…Syntax` (the names of
/// nodes and fields), `…Names` (what a name resolves to), `…Constants` (folding), `…Loops` and what the language needs
/// besides. It walks with `SyntaxWalk`, never by recursion over nodes; what recurses over expressions carries a depth.
/// It never decides whether something is bad: that is the rules' part. And shadowing never silences: a name that the
/// program defines itself may add a meaning, but a definition elsewhere never takes the builtin one away.
protocol LanguageFrontend {
    static var language: SourceLanguage { get }
    /// The grammar: a static table, `tree_sitter_…()`.
    static var grammar: Grammar { get }

    /// What is taken out before parsing, in order: spliced lines of C++.
    static func omissions(in source: [UInt8]) -> [Range<Int>]

    /// Reads a whole tree. What the budget does not allow is left out; the budget says so itself.
    static func read(_ tree: SyntaxTree, into facts: inout FactCollector)
}

extension LanguageFrontend {
    static func omissions(in source: [UInt8]) -> [Range<Int>] { [] }
}
