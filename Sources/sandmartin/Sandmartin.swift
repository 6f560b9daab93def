import ArgumentParser
import Glibc

/// The program's name, version and verbs.
@main struct Sandmartin: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "sandmartin",
        abstract: "Runs code that nobody has read yet, safely.",
        discussion: """
            Examples:
              sandmartin serve           serve on http://127.0.0.1:7860
              sandmartin run hello.py    run one program, without a server
              sandmartin analyze app.py  say what a program would do, without running it
              sandmartin keys create me  make a key for the server
              sandmartin doctor          say what this machine can isolate
              sandmartin selftest        check a running server

            Every setting can be given by --set, as an environment variable or in a
            YAML file: see docs/configuration.md.
            """,
        version: version,
        subcommands: [
            Serve.self, Run.self, Analyze.self, Keys.self, Doctor.self, Selftest.self, PrintConfigurationTable.self,
        ])

    /// As the library does it, but with the exit status that `analyze` promises for a wrong command line.
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard arguments.first == Analyze._commandName,
                exitCode(for: error) == .validationFailure
            else { exit(withError: error) }
            StandardStreams.say(fullMessage(for: error))
            Glibc.exit(AnalyzeExitStatus.usage)
        }
    }
}
