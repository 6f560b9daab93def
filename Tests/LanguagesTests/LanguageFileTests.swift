import Isolation
import StrictYAML
import Testing

@testable import Languages

/// A whole and correct file; each test spoils one thing in it.
let luaFile = """
    name: lua
    title: Lua 5.4
    aliases: [lua5.4]
    extensions: [.lua]
    source: main.lua
    version: [lua5.4, -v]
    install: lua5.4
    run:
      command: [lua5.4, "{source}"]
      environment:
        LUA_INIT: ""
    sample: |
      print("hello")
    """

@Suite struct LanguageFileTests {
    @Test func aFileBecomesALanguage() throws {
        let language = try LanguageFile(name: "lua.yaml", text: luaFile).language()
        #expect(language.name == "lua")
        #expect(language.title == "Lua 5.4")
        #expect(language.aliases == ["lua5.4"])
        #expect(language.fileExtension == ".lua")
        #expect(language.sourceFile == (try WorkspacePath("main.lua")))
        #expect(language.compile == nil)
        #expect(language.run == Language.Step(arguments: ["lua5.4", "{source}"], environment: ["LUA_INIT": ""]))
        #expect(language.neededTools == ["lua5.4"])
        #expect(language.sample == "print(\"hello\")")
    }

    struct Spoiled: Sendable, CustomTestStringConvertible {
        var replaced: String
        var by: String
        var line: Int?
        var key: String?
        var problem: String
        var testDescription: String { problem }
    }

    @Test(arguments: [
        Spoiled(
            replaced: "title:", by: "titel:", line: 2, key: "titel",
            problem:
                "is not known here; known: aliases, artifacts, compile, extensions, install, mounts, name, requires, "
                + "run, sample, source, title, tools, version"),
        Spoiled(
            replaced: "  command:", by: "  comand:", line: 9, key: "run.comand",
            problem: "is not known here; known: command, environment"),
        Spoiled(replaced: "title: Lua 5.4\n", by: "", line: 1, key: "title", problem: "is missing"),
        Spoiled(
            replaced: "  command: [lua5.4, \"{source}\"]\n", by: "", line: 9, key: "run.command", problem: "is missing"),
        Spoiled(
            replaced: "title: Lua 5.4", by: "title: 5.4", line: 2, key: "title",
            problem: "must be text (put it in quotes)"),
        Spoiled(replaced: "title: Lua 5.4", by: "title: ''", line: 2, key: "title", problem: "must not be empty"),
        Spoiled(
            replaced: "aliases: [lua5.4]", by: "aliases: lua5.4", line: 3, key: "aliases",
            problem: "must be a list of text"
        ),
        Spoiled(
            replaced: "aliases: [lua5.4]", by: "aliases: [yes]", line: 3, key: "aliases[0]",
            problem: "must be text (put it in quotes)"),
        Spoiled(
            replaced: "version: [lua5.4, -v]", by: "version: []", line: 6, key: "version", problem: "must not be empty"),
        Spoiled(
            replaced: "name: lua", by: "name: Lua", line: 1, key: "name",
            problem: "must be a lower-case letter and up to 31 of a-z 0-9 + # . _ -, not “Lua”"),
        Spoiled(
            replaced: "[.lua]", by: "[lua]", line: 4, key: "extensions",
            problem: "must each be a dot and a word, not “lua”"),
        Spoiled(replaced: "main.lua", by: "/main.lua", line: 5, key: "source", problem: "is absolute"),
        Spoiled(
            replaced: "[lua5.4, \"{source}\"]", by: "[bin/lua, x]", line: 9, key: "run.command",
            problem: "must begin with a command name, an absolute path, or ./ and a file of the workspace"),
        Spoiled(
            replaced: "LUA_INIT: \"\"", by: "LUA-INIT: \"\"", line: 11, key: "run.environment",
            problem: "has “LUA-INIT”, which is no name of an environment variable"),
        Spoiled(
            replaced: "LUA_INIT: \"\"", by: "LUA_INIT: 1", line: 11, key: "run.environment.LUA_INIT",
            problem: "must be text (put it in quotes)"),
        Spoiled(
            replaced: "install: lua5.4", by: "install: lua5.4\nmounts: [../x]", line: 8, key: "mounts",
            problem: "must be absolute paths without “..”, not “../x”"),
        Spoiled(
            replaced: "install: lua5.4", by: "install: lua5.4\ntools:\n  lua5.4: [x]", line: 9, key: "tools.lua5.4",
            problem: "must be a mapping"),
        Spoiled(
            replaced: "install: lua5.4",
            by: "install: lua5.4\ntools:\n  lua5.4:\n    locate: [lua5.4]\n    executable: /x",
            line: 11, key: "tools.lua5.4.executable", problem: "must contain {located}"),
        Spoiled(
            replaced: "title: Lua 5.4", by: "title: Lua 5.4\ntitle: Lua", line: 2, key: "title",
            problem: "is there more than once"),
    ])
    func aSpoiledFileIsRefusedWithLineAndKey(_ spoiled: Spoiled) throws {
        try #require(luaFile.contains(spoiled.replaced))
        let file = LanguageFile(
            name: "lua.yaml", text: luaFile.replacing(spoiled.replaced, with: spoiled.by, maxReplacements: 1))
        #expect(
            throws: YAMLFileError(file: "lua.yaml", line: spoiled.line, key: spoiled.key, problem: spoiled.problem)
        ) { try file.language() }
    }

    @Test func brokenYAMLIsRefusedWithItsLine() {
        let file = LanguageFile(name: "lua.yaml", text: "name: lua\ntitle: [")
        let error = #expect(throws: YAMLFileError.self) { try file.language() }
        #expect(error?.line == 3)
        #expect(error?.problem.hasPrefix("is not YAML: ") == true)
    }

    @Test func anEmptyFileIsRefused() {
        let file = LanguageFile(name: "lua.yaml", text: "# nothing\n")
        #expect(throws: YAMLFileError(file: "lua.yaml", problem: "is empty")) { try file.language() }
    }

    @Test func aMessageNamesFileLineAndKey() {
        let error = YAMLFileError(file: "lua.yaml", line: 3, key: "aliases", problem: "must be a list of text")
        #expect(error.description == "lua.yaml:3: aliases must be a list of text")
    }
}
