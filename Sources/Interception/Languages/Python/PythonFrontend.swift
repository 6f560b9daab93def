import CTreeSitterPython

/// Reads facts out of a Python program.
enum PythonFrontend: LanguageFrontend {
    static let language = SourceLanguage.python
    static let grammar = Grammar(pointer: tree_sitter_python())

    static func read(_ tree: SyntaxTree, into facts: inout FactCollector) {
        let survey = PythonSurvey(tree)
        let names = PythonNames(source: tree.source, budget: tree.budget)
        names.take(survey)
        for statement in survey.imports { names.note(statement, into: &facts) }
        let reader = PythonFacts(names: names, budget: tree.budget)
        for site in survey.sites { reader.read(site, into: &facts) }
    }
}
