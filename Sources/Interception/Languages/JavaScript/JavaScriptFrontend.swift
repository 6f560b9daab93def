import CTreeSitterJavaScript

/// Reads facts out of a JavaScript program.
enum JavaScriptFrontend: LanguageFrontend {
    static let language = SourceLanguage.javascript
    static let grammar = Grammar(pointer: tree_sitter_javascript())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
    }
}
