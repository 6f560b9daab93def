import Testing

@Suite struct AddedLanguageTests {
    private static let lua = """
        name: lua
        title: Lua 5.4
        aliases: [lua5.4]
        extensions: [.lua]
        source: main.lua
        version: [lua5.4, -v]
        install: lua5.4

        run:
          command: [lua5.4, "{source}"]

        sample: |
          print("sum of squares: " .. 1 + 4 + 9)
        """

    @Test func aFileInAFolderAddsALanguage() async throws {
        try await ScratchFolder.with { folder in
            _ = try folder.write(Self.lua, to: "lua.yaml")
            try await ServerProcess.with(["LANGUAGES_DIR": folder.path]) { server in
                let answer = try await server.api.run(
                    RunRequest(
                        code: "print(_VERSION, io.read('l'), arg[1])", language: "lua", stdin: "in\n", args: ["a"]))
                #expect(answer.status == "ok", "\(answer)")
                #expect(answer.stdout == "Lua 5.4\tin\ta\n")
                // The shipped ones are still there.
                try await server.api.expectThatTheNextRunWorks()
            }
        }
    }

    @Test func aBrokenLanguageFileIsNamedWithLineAndKey() async throws {
        try await ScratchFolder.with { folder in
            let broken = Self.lua.replacing(#"command: [lua5.4, "{source}"]"#, with: "command: lua5.4")
            let path = try folder.write(broken, to: "lua.yaml")
            let ended = try await SandmartinExecutable.run(
                ["serve", "--port", "0"], environment: ["LANGUAGES_DIR": folder.path, "LOG_FORMAT": "json"])
            #expect([1, 78].contains(ended.status))
            #expect(ended.standardError.contains("\(path):10: run.command"), "\(ended.standardError)")
        }
    }
}
