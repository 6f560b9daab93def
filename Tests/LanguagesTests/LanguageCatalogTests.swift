import StrictYAML
import Testing

@testable import Languages

@Suite struct LanguageCatalogTests {
    @Test func fiveLanguagesAreShipped() throws {
        let languages = try LanguageCatalog().languages
        #expect(languages.map(\.name) == ["bash", "cpp", "javascript", "python", "rust"])
        #expect(languages.filter { $0.compile != nil }.map(\.name) == ["cpp", "rust"])
        #expect(languages.allSatisfy { ($0.compile == nil) == $0.artifacts.isEmpty })
    }

    @Test func aFileInTheFolderAddsALanguage() throws {
        let folder = try ScratchFolder()
        try folder.write("lua.yaml", luaFile)
        try folder.write("README.md", "not a language")
        let languages = try LanguageCatalog(folder: folder.path).languages
        #expect(languages.map(\.name) == ["bash", "cpp", "javascript", "lua", "python", "rust"])
    }

    @Test func aFileInTheFolderReplacesAShippedLanguage() throws {
        let folder = try ScratchFolder()
        let text = luaFile.replacing("name: lua", with: "name: python").replacing(
            "[lua5.4]", with: "[py]", maxReplacements: 1)
        try folder.write("python.yaml", text)
        let languages = try LanguageCatalog(folder: folder.path).languages
        #expect(languages.count == 5)
        #expect(languages.first { $0.name == "python" }?.title == "Lua 5.4")
    }

    @Test func aNameInTwoFilesIsRefused() throws {
        let folder = try ScratchFolder()
        let first = try folder.write("a.yaml", luaFile)
        let second = try folder.write("b.yaml", luaFile)
        #expect(throws: YAMLFileError(file: second, line: 1, key: "name", problem: "“lua” is also in \(first)")) {
            try LanguageCatalog(folder: folder.path)
        }
    }

    @Test(arguments: ["js", "python"]) func anAliasOfTwoLanguagesIsRefused(_ alias: String) throws {
        let folder = try ScratchFolder()
        let file = try folder.write("lua.yaml", luaFile.replacing("aliases: [lua5.4]", with: "aliases: [\(alias)]"))
        let owner = alias == "js" ? "javascript" : alias
        #expect(
            throws: YAMLFileError(
                file: file, line: 3, key: "aliases", problem: "has “\(alias)”, which already stands for \(owner)")
        ) { try LanguageCatalog(folder: folder.path) }
    }

    @Test func aFolderThatIsNotThereIsRefused() throws {
        let folder = try ScratchFolder()
        let error = #expect(throws: YAMLFileError.self) { try LanguageCatalog(folder: folder.path + "/none") }
        #expect(error?.file == folder.path + "/none")
    }

    @Test func aLanguageIsFoundByNameAndAliasWhateverTheCase() throws {
        let toolchain = Toolchain(executables: [:], mounts: [], version: "1")
        let registry = LanguageRegistry(
            entries: try LanguageCatalog().languages.map { .init(language: $0, toolchain: toolchain) })
        #expect(registry.language(named: "Python")?.language.name == "python")
        #expect(registry.language(named: "JS")?.language.name == "javascript")
        #expect(registry.language(named: "c++")?.language.name == "cpp")
        #expect(registry.language(named: "cobol") == nil)
    }
}
