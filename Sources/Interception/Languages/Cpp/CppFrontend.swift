import CTreeSitterCpp

/// Reads facts out of a Cpp program.
enum CppFrontend: LanguageFrontend {
    static let language = SourceLanguage.cpp
    static let grammar = Grammar(pointer: tree_sitter_cpp())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
    }
}
