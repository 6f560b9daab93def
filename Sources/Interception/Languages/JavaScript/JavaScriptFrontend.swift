import CTreeSitterJavaScript

/// Reads facts out of a JavaScript program.
enum JavaScriptFrontend: LanguageFrontend {
    static let language = SourceLanguage.javascript
    static let grammar = Grammar(pointer: tree_sitter_javascript())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
        let survey = JavaScriptSurvey(tree)
        var names = JavaScriptNames(source: tree.source, budget: tree.budget)
        names.take(survey)
        for statement in survey.imports { names.note(statement, into: &facts) }
        for site in survey.sites { JavaScriptFacts(names: names, budget: tree.budget).read(site, into: &facts) }
    }
}
