import CTreeSitterBash

/// Reads facts out of a Bash program.
enum BashFrontend: LanguageFrontend {
    static let language = SourceLanguage.bash
    static let grammar = Grammar(pointer: tree_sitter_bash())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
    }
}
