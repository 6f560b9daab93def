/// The front end of each language.
enum Frontends {
    static func frontend(for language: SourceLanguage) -> any LanguageFrontend.Type {
        switch language {
        case .python: PythonFrontend.self
        case .javascript: JavaScriptFrontend.self
        case .bash: BashFrontend.self
        case .cpp: CppFrontend.self
        case .rust: RustFrontend.self
        }
    }
}
