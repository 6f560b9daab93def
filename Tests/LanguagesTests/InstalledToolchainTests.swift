import Foundation
import Testing

@testable import Languages

/// The tools that set-up puts on every machine, resolved for real.
@Suite struct InstalledToolchainTests {
    private let resolver = ToolchainResolver(
        environment: ProcessInfo.processInfo.environment, timeout: .seconds(120))

    private func isELF(_ path: String) -> Bool {
        FileHandle(forReadingAtPath: path)?.readData(ofLength: 4) == Data([0x7f, 0x45, 0x4c, 0x46])
    }

    @Test(arguments: ["python", "javascript", "bash", "cpp", "rust"])
    func aShippedLanguageResolvesToRealExecutables(_ name: String) throws {
        let language = try #require(try LanguageCatalog().languages.first { $0.name == name })
        let toolchain = try resolver.resolve(language)
        #expect(toolchain.executables.count == language.neededTools.count)
        for executable in toolchain.executables.values {
            #expect(executable.hasPrefix("/"))
            #expect(isELF(executable), "\(executable) is no ELF file")
            let isShown = SystemDirectories.contain(executable)
            #expect(isShown || toolchain.mounts.contains { FilePaths.isPath(executable, inside: $0) })
        }
        #expect(!toolchain.version.isEmpty)
        #expect(toolchain.version.contains(/[0-9]+\.[0-9]+/))
    }

    /// A tool behind a shim must run without what the shim relies on.
    @Test(arguments: ["python", "rust"]) func aResolvedToolRunsInAnEmptyEnvironment(_ name: String) throws {
        let language = try #require(try LanguageCatalog().languages.first { $0.name == name })
        let toolchain = try resolver.resolve(language)
        let executable = try #require(toolchain.executables[language.versionProbe[0]])
        let command = ToolCommand(
            arguments: [executable] + language.versionProbe.dropFirst(), environment: [:], timeout: .seconds(120))
        #expect(try command.run().firstLine == toolchain.version)
    }

    @Test func aLanguageOfTheOperatorResolvesToo() async throws {
        let folder = try ScratchFolder()
        try folder.write("lua.yaml", luaFile)
        let languages = try LanguageCatalog(folder: folder.path).languages
        let registry = await LanguageRegistry(resolving: languages, with: resolver)
        #expect(registry.entries.map(\.language.name) == ["bash", "cpp", "javascript", "lua", "python", "rust"])
        #expect(registry.language(named: "lua")?.toolchain?.executables == ["lua5.4": "/usr/bin/lua5.4"])
        let mounts = registry.mounts
        #expect(mounts == mounts.withoutNested())
        #expect(mounts.allSatisfy { !SystemDirectories.contain($0) })
    }
}
