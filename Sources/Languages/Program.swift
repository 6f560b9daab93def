package import Isolation

/// A program in one language, turned into a file and commands: a pure value, made before anything happens.
package struct Program: Hashable, Sendable {
    package let sourceFile: WorkspaceFile
    /// Nil for interpreted languages.
    package let compile: Command?
    /// With the arguments and the standard input that the program was made with.
    package let run: Command
    /// What the compiler leaves and the program needs, relative to the workspace.
    package let artifacts: [WorkspacePath]

    private let runWithoutArguments: Command

    /// `environment` is the caller's: it adds to the program's variables and wins over the language's, but never reaches
    /// the compiler.
    package init(
        code: String, language: Language, toolchain: Toolchain, arguments: [String] = [],
        environment: [String: String] = [:], standardInput: [UInt8] = []
    ) {
        let maker = CommandMaker(language: language, toolchain: toolchain)
        sourceFile = WorkspaceFile(path: language.sourceFile, contents: Array(code.utf8))
        compile = language.compile.map { maker.command($0) }
        artifacts = language.artifacts
        runWithoutArguments = maker.command(language.run, environment: environment)
        run = Self.adding(arguments, standardInput, to: runWithoutArguments)
    }

    /// The same program with other arguments and another standard input, as each test of a request needs it.
    package func run(arguments: [String], standardInput: [UInt8]) -> Command {
        Self.adding(arguments, standardInput, to: runWithoutArguments)
    }

    private static func adding(_ arguments: [String], _ standardInput: [UInt8], to command: Command) -> Command {
        var command = command
        command.arguments += arguments
        command.standardInput = standardInput
        return command
    }
}

/// Makes commands from the steps of a language.
private struct CommandMaker {
    let language: Language
    let toolchain: Toolchain

    func command(_ step: Language.Step, environment: [String: String] = [:]) -> Command {
        var arguments = step.arguments.map { $0.replacing("{source}", with: language.sourceFile.description) }
        let executable = executable(step.arguments[0])
        // A tool that looks for its own installation starts from argv[0]; a name alone would be searched in PATH.
        if !step.arguments[0].hasPrefix("./") { arguments[0] = executable }
        let variables = standardEnvironment.merging(step.environment) { $1 }.merging(environment) { $1 }
        return Command(executable: executable, arguments: arguments, environment: variables)
    }

    private func executable(_ name: String) -> String {
        if name.hasPrefix("./") { return "/workspace/" + name.dropFirst(2) }
        return toolchain.executables[name] ?? name
    }

    private var standardEnvironment: [String: String] {
        [
            "PATH": toolchain.searchPath, "HOME": "/workspace", "LANG": "C.UTF-8", "TMPDIR": "/tmp", "USER": "sandbox",
            "LOGNAME": "sandbox",
        ]
    }
}
