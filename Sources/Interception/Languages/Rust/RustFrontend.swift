import CTreeSitterRust

/// Reads facts out of a Rust program.
enum RustFrontend: LanguageFrontend {
    static let language = SourceLanguage.rust
    static let grammar = Grammar(pointer: tree_sitter_rust())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
    }
}
