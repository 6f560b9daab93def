import CTreeSitterPython

/// Reads facts out of a Python program.
enum PythonFrontend: LanguageFrontend {
    static let language = SourceLanguage.python
    static let grammar = Grammar(pointer: tree_sitter_python())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
    }
}
