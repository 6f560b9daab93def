import CTreeSitterJavaScript

/// Reads facts out of a JavaScript program.
enum JavaScriptFrontend: LanguageFrontend {
    static let language = SourceLanguage.javascript
    static let grammar = Grammar(pointer: tree_sitter_javascript())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
        let survey = JavaScriptSurvey(tree)
        let names = JavaScriptNames(source: tree.source, budget: tree.budget)
        names.take(survey)
        for statement in survey.imports { names.note(statement, into: &facts) }
        let reader = JavaScriptFacts(names: names, budget: tree.budget)
        for site in survey.sites { reader.read(site, into: &facts) }
    }
}
