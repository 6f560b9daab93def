/// Finds the real tools of a language on this machine: behind shims and proxies, with everything they load.
///
/// It starts trusted tools of the host, outside of any sandbox, and blocks meanwhile: for the server's start only.
package struct ToolchainResolver: Sendable {
    private let environment: [String: String]
    private let searchPath: SearchPath
    private let directories: HostDirectories
    private let timeout: Duration

    /// `environment` is the server's own: `PATH` says where tools are, the rest (`PYENV_ROOT`, `RUSTUP_HOME` …) is for
    /// the shims. `timeout` bounds each question to a tool.
    package init(environment: [String: String], timeout: Duration = .seconds(10)) {
        self.init(
            environment: environment, timeout: timeout,
            directories: HostDirectories(home: environment["HOME"] ?? "/root"))
    }

    init(environment: [String: String], timeout: Duration = .seconds(10), directories: HostDirectories) {
        self.environment = environment
        self.timeout = timeout
        self.directories = directories
        searchPath = SearchPath(environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
    }

    /// Throws with the reason and the fix when a tool is missing or cannot be used.
    package func resolve(_ language: Language) throws(ToolchainMissing) -> Toolchain {
        do throws(ToolchainMissing) {
            return try find(language)
        } catch {
            throw ToolchainMissing(reason: "\(error.reason); to install it: apt-get install \(language.packages)")
        }
    }

    private func find(_ language: Language) throws(ToolchainMissing) -> Toolchain {
        var toolchain = Toolchain(executables: [:], mounts: [], version: "")
        for name in language.neededTools {
            let found = try locate(name, language.tools[name])
            toolchain.executables[name] = found.executable
            toolchain.mounts += found.directories
        }
        for mount in language.mounts {
            toolchain.mounts += try directories.needed(directory: mount, for: language.title)
        }
        toolchain.mounts = toolchain.mounts.withoutNested()
        toolchain.version = try version(language, toolchain)
        return toolchain
    }

    private struct Found {
        var executable: String
        var directories: [String]
    }

    /// The first candidate in the search path that works; when none does, why the first did not.
    private func locate(_ name: String, _ tool: Language.Tool?) throws(ToolchainMissing) -> Found {
        var failure = ToolchainMissing(reason: "\(name) was not found in PATH")
        var isFirst = true
        for candidate in searchPath.candidates(name) {
            do throws(ToolchainMissing) {
                guard let tool else { return try take(name, candidate) }
                return try ask(tool, name, candidate)
            } catch {
                if isFirst { failure = error }
                isFirst = false
            }
        }
        throw failure
    }

    /// Takes a tool as it stands. A script outside `/usr` is most likely a shim, whose target nobody named.
    private func take(_ name: String, _ candidate: String) throws(ToolchainMissing) -> Found {
        if FilePaths.isScript(candidate), !SystemDirectories.contain(candidate) {
            throw ToolchainMissing(
                reason: "\(candidate) is a script, and the language file does not say with tools.\(name).locate how to "
                    + "find what is behind it")
        }
        return try found(candidate, directories: [])
    }

    /// Asks the tool where it really is.
    private func ask(_ tool: Language.Tool, _ name: String, _ candidate: String) throws(ToolchainMissing) -> Found {
        guard let command = tool.locate[0] == name ? candidate : searchPath.candidates(tool.locate[0]).first else {
            throw ToolchainMissing(reason: "\(tool.locate[0]), which knows where \(name) is, was not found in PATH")
        }
        let lines = try output([command] + tool.locate.dropFirst()).lines
        guard let located = lines.first else {
            throw ToolchainMissing(reason: "\(command) did not say where \(name) is")
        }
        let executable = tool.executable.replacing("{located}", with: located)
        guard executable.hasPrefix("/"), FilePaths.isExecutableFile(executable) else {
            throw ToolchainMissing(reason: "\(candidate) leads to \(executable), which is no executable file")
        }
        return try found(executable, directories: Array(lines.dropFirst()))
    }

    private func found(_ path: String, directories extra: [String]) throws(ToolchainMissing) -> Found {
        let executable = FilePaths.links(from: path).first ?? path
        var needed = try directories.needed(by: executable)
        for directory in extra { needed += try directories.needed(directory: directory, for: path) }
        if !SystemDirectories.contain(executable), !FilePaths.isScript(executable) {
            needed += try libraryDirectories(of: executable, beyond: needed)
        }
        return Found(executable: executable, directories: needed)
    }

    private func libraryDirectories(
        of executable: String, beyond directories: [String]
    ) throws(ToolchainMissing) -> [String] {
        guard let loader = searchPath.candidates("ldd").first else { return [] }
        // A static executable is no failure of the tool, though ldd answers it with status 1.
        guard let output = try? command([loader, executable]).run() else { return [] }
        let libraries = SharedLibraries.parse(output.lines)
        guard libraries.missing.isEmpty else {
            let names = libraries.missing.joined(separator: ", ")
            throw ToolchainMissing(reason: "\(executable) lacks shared libraries: \(names)")
        }
        var needed: [String] = []
        for library in libraries.outside {
            for place in FilePaths.links(from: library)
            where !(directories + needed).contains(where: { FilePaths.isPath(place, inside: $0) }) {
                needed += try self.directories.needed(directory: FilePaths.folder(of: place), for: executable)
            }
        }
        return needed
    }

    private func version(_ language: Language, _ toolchain: Toolchain) throws(ToolchainMissing) -> String {
        let probe = language.versionProbe
        let executable = toolchain.executables[probe[0]] ?? probe[0]
        guard let line = try output([executable] + probe.dropFirst()).firstLine else {
            throw ToolchainMissing(reason: "\(executable) did not say its version")
        }
        return String(line.prefix(200))
    }

    private func output(_ arguments: [String]) throws(ToolchainMissing) -> ToolCommand.Output {
        do {
            return try command(arguments).run()
        } catch {
            throw ToolchainMissing(reason: "\(arguments[0]) \(error)")
        }
    }

    private func command(_ arguments: [String]) -> ToolCommand {
        ToolCommand(arguments: arguments, environment: environment, timeout: timeout)
    }
}
