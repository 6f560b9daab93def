package import Interception
import Isolation
package import Languages

extension SourceLanguage {
    /// The analyser's name for a language that can be run; nil when it does not read it.
    package init?(_ language: Language) { self.init(rawValue: language.name) }
}

extension ExecutionRequest {
    /// What is read before the program runs: its code, and the files whose names say that they are source text, in
    /// whatever language, because a program can start a script of another. Standard input, arguments, the inputs of
    /// tests and all other files are data.
    func sources(languages: LanguageRegistry) -> [ProgramSource] {
        let code = ProgramSource(language: SourceLanguage(language), bytes: Array(code.utf8))
        return [code]
            + files.compactMap { file in
                let path = file.path.description
                guard let language = languages.language(ofFile: path).flatMap(SourceLanguage.init) else { return nil }
                return ProgramSource(file: path, language: language, bytes: file.contents)
            }
    }
}

extension LanguageRegistry {
    /// The language to which a file's name belongs by its extension.
    fileprivate func language(ofFile path: String) -> Language? {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return nil }
        let wanted = path[dot...].lowercased()
        return entries.lazy.map(\.language).first { $0.fileExtensions.contains(wanted) }
    }
}
