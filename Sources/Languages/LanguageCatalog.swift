import Foundation
package import StrictYAML

/// The languages that are shipped, together with those of the operator.
package struct LanguageCatalog: Sendable {
    /// In the order of their names; no name or alias stands for two of them.
    package let languages: [Language]

    /// Reads the languages that are shipped and then the `.yaml` files of `folder`: a file whose name is that of a
    /// shipped language replaces it, any other adds one. Throws at the first file that cannot be used.
    package init(folder: String? = nil) throws(YAMLFileError) {
        let shipped = Bundle.module.resourceURL?.appending(path: "languages").path ?? "languages"
        let builtIn = try Self.files(in: shipped, areNamedByPath: false)
        try self.init(
            builtIn: builtIn, added: folder.map { path throws(YAMLFileError) in try Self.files(in: path) } ?? [])
    }

    init(builtIn: [LanguageFile], added: [LanguageFile]) throws(YAMLFileError) {
        var chosen: [String: (language: Language, file: LanguageFile)] = [:]
        for file in builtIn {
            let language = try file.language()
            chosen[language.name] = (language, file)
        }
        var names: [String: String] = [:]
        for file in added {
            let language = try file.language()
            if let other = names.updateValue(file.name, forKey: language.name) {
                throw YAMLFileError(
                    file: file.name, line: file.line(of: "name"), key: "name",
                    problem: "“\(language.name)” is also in \(other)")
            }
            chosen[language.name] = (language, file)
        }
        languages = chosen.values.map(\.language).sorted { $0.name < $1.name }
        try Self.checkAliases(chosen.values.sorted { $0.language.name < $1.language.name })
    }

    private static func checkAliases(
        _ chosen: [(language: Language, file: LanguageFile)]
    ) throws(YAMLFileError) {
        var owners = Dictionary(uniqueKeysWithValues: chosen.map { ($0.language.name, $0.language.name) })
        for (language, file) in chosen {
            for alias in language.aliases {
                guard let owner = owners.updateValue(language.name, forKey: alias) else { continue }
                throw YAMLFileError(
                    file: file.name, line: file.line(of: "aliases"), key: "aliases",
                    problem: "has “\(alias)”, which already stands for \(owner)")
            }
        }
    }

    private static func files(in folder: String, areNamedByPath: Bool = true) throws(YAMLFileError)
        -> [LanguageFile]
    {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            return try names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().map { name in
                let path = "\(folder)/\(name)"
                let text = try String(contentsOfFile: path, encoding: .utf8)
                return LanguageFile(name: areNamedByPath ? path : name, text: text)
            }
        } catch {
            throw YAMLFileError(file: folder, problem: "cannot be read: \(error.localizedDescription)")
        }
    }
}
