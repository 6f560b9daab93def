package import Isolation

/// One language as its YAML file describes it.
package struct Language: Hashable, Sendable {
    /// Canonical name, lower case (`python`).
    package var name: String
    /// What people call it (`Python 3`).
    package var title: String
    /// Other names accepted in requests (`py`, `python3`), lower case.
    package var aliases: [String]
    /// File name extensions, each with its dot; the first is the usual one.
    package var fileExtensions: [String]
    /// Name of the source file inside the workspace.
    package var sourceFile: WorkspacePath
    /// How tools that may be shims or proxies are found, by the name used in the commands.
    package var tools: [String: Tool]
    /// Commands that must exist besides those named in the steps, such as a linker.
    package var requiredCommands: [String]
    /// Directories of the host that programs need besides those found with the tools; absolute.
    package var mounts: [String]
    /// Compiler command; nil for interpreted languages.
    package var compile: Step?
    package var run: Step
    /// Argument vector that prints the tool's version.
    package var versionProbe: [String]
    /// Files that the compiler leaves and the program needs.
    package var artifacts: [WorkspacePath]
    /// Debian packages that bring the tools, separated by spaces.
    package var packages: String
    /// A short program that shows the language.
    package var sample: String

    /// The usual file name extension, with its dot.
    package var fileExtension: String { fileExtensions[0] }

    /// One command of a language.
    package struct Step: Hashable, Sendable {
        /// Argument vector; `{source}` stands for the source file. The first element names a tool, an absolute path, or
        /// with `./` a file of the workspace.
        package var arguments: [String]
        package var environment: [String: String]

        package init(arguments: [String], environment: [String: String] = [:]) {
            self.arguments = arguments
            self.environment = environment
        }
    }

    /// How to look behind a shim (a script that picks a version) or a proxy (a program that does the same).
    package struct Tool: Hashable, Sendable {
        /// Asks the tool, outside of any sandbox and once, where it really is: the first line of the answer is
        /// `{located}`, further lines are directories that it loads from.
        package var locate: [String]
        /// The real executable, made from `{located}`.
        package var executable: String

        package init(locate: [String], executable: String = "{located}") {
            self.locate = locate
            self.executable = executable
        }
    }

    /// Names of the tools that the steps, the version probe and the requirements need, without files of the workspace.
    package var neededTools: [String] {
        let commands = [compile?.arguments, run.arguments, versionProbe].compactMap { $0?.first } + requiredCommands
        return Set(commands.filter { !$0.hasPrefix("./") }).sorted()
    }
}
