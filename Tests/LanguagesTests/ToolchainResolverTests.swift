import Testing

@testable import Languages

@Suite struct ToolchainResolverTests {
    private let folder: ScratchFolder
    private let environment: [String: String]

    init() throws {
        folder = try ScratchFolder()
        environment = ["PATH": "\(folder.path)/shims:\(folder.path)/bin:/usr/bin:/bin", "HOME": "/home/ann"]
    }

    private var resolver: ToolchainResolver {
        ToolchainResolver(
            environment: environment, timeout: .seconds(60),
            directories: HostDirectories(home: "/home/ann", reserved: []))
    }

    private func language(_ locate: [String]? = nil, executable: String = "{located}") throws -> Language {
        var language = try LanguageFile(
            name: "lua.yaml",
            text: luaFile.replacing("[lua5.4, \"{source}\"]", with: "[moon, \"{source}\"]")
                .replacing("[lua5.4, -v]", with: "[moon, -v]")
        ).language()
        if let locate { language.tools["moon"] = .init(locate: locate, executable: executable) }
        return language
    }

    @Test func whatIsBehindAShimIsFoundWithItsDirectories() throws {
        // A real interpreter stands for the real tool: the system's shell.
        let real = try folder.link("versions/5.4/bin/moon", to: "/bin/sh")
        try folder.script("shims/moon", "echo \(real); echo \(folder.path)/versions/5.4; echo \(folder.path)/modules")
        try folder.write("modules/x", "")
        var language = try language(["moon", "where"])
        language.versionProbe = ["moon", "-c", "echo Lua 5.4"]
        let toolchain = try resolver.resolve(language)
        #expect(toolchain.executables["moon"] == real)
        #expect(toolchain.mounts == ["\(folder.path)/modules", "\(folder.path)/versions/5.4"])
        #expect(toolchain.version == "Lua 5.4")
        #expect(toolchain.searchPath == "\(folder.path)/versions/5.4/bin:/usr/local/bin:/usr/bin:/bin")
    }

    @Test func whatIsBehindAProxyIsMadeFromItsAnswer() throws {
        try folder.script("shims/moon", "echo \(folder.path)/toolchains/stable")
        try folder.script("toolchains/stable/bin/moon", "echo Lua 5.4 stable")
        let toolchain = try resolver.resolve(
            try language(["moon", "--print", "root"], executable: "{located}/bin/moon"))
        #expect(toolchain.executables["moon"] == "\(folder.path)/toolchains/stable/bin/moon")
        #expect(toolchain.mounts == ["\(folder.path)/toolchains/stable"])
    }

    @Test func aShimWithoutAToolBehindItYieldsToTheNextInThePath() throws {
        try folder.script("shims/moon", "echo 'shim: moon: command not found' >&2; exit 127")
        try folder.link("bin/moon", to: "/bin/sh")
        var language = try language(["moon", "-c", "echo /bin/sh"])
        language.versionProbe = ["moon", "-c", "echo Lua 5.4"]
        #expect(try resolver.resolve(language).executables["moon"] == "/usr/bin/sh")
    }

    @Test func whenNothingWorksTheFirstFailureIsTold() throws {
        let shim = try folder.script("shims/moon", "echo 'shim: moon: command not found' >&2; exit 127")
        let error = #expect(throws: ToolchainMissing.self) { try resolver.resolve(try language(["moon", "where"])) }
        #expect(
            error?.reason
                == "\(shim) failed with 127: shim: moon: command not found; to install it: apt-get install lua5.4")
    }

    @Test func aMissingToolNamesItsPackage() throws {
        let error = #expect(throws: ToolchainMissing.self) { try resolver.resolve(try language()) }
        #expect(error?.reason == "moon was not found in PATH; to install it: apt-get install lua5.4")
    }

    @Test func aMissingRequirementMakesTheLanguageUnavailable() throws {
        try folder.link("versions/5.4/bin/moon", to: "/bin/sh")
        var language = try language()
        language.run.arguments = ["sh"]
        language.versionProbe = ["sh", "-c", "echo 1"]
        #expect(try resolver.resolve(language).version == "1")
        language.requiredCommands = ["no-such-linker"]
        let error = #expect(throws: ToolchainMissing.self) { try resolver.resolve(language) }
        #expect(error?.reason.hasPrefix("no-such-linker was not found in PATH") == true)
    }

    @Test func aShimThatNobodyKnowsIsNotTakenForTheTool() throws {
        try folder.script("shims/moon", "exec real-moon")
        let error = #expect(throws: ToolchainMissing.self) { try resolver.resolve(try language()) }
        #expect(
            error?.reason.contains("is a script, and the language file does not say with tools.moon.locate") == true)
    }

    @Test func anAnswerThatIsNoExecutableIsRefused() throws {
        try folder.script("shims/moon", "echo /etc/passwd")
        let error = #expect(throws: ToolchainMissing.self) { try resolver.resolve(try language(["moon", "where"])) }
        #expect(error?.reason.contains("leads to /etc/passwd, which is no executable file") == true)
    }

    @Test func extraMountsMustExist() throws {
        var language = try language()
        language.run.arguments = ["sh"]
        language.versionProbe = ["sh", "-c", "echo 1"]
        try folder.write("share/data", "")
        language.mounts = ["\(folder.path)/share"]
        #expect(try resolver.resolve(language).mounts == ["\(folder.path)/share"])
        language.mounts = ["\(folder.path)/none"]
        let error = #expect(throws: ToolchainMissing.self) { try resolver.resolve(language) }
        #expect(error?.reason.contains("needs the directory \(folder.path)/none, which does not exist") == true)
    }

    @Test func relativeElementsOfThePathAreIgnored() {
        #expect(SearchPath("::bin:/usr/bin:./x:/bin:/usr/bin").directories == ["/usr/bin", "/bin"])
    }
}
