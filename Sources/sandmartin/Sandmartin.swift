import ArgumentParser

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
              sandmartin keys create me  make a key for the server
              sandmartin doctor          say what this machine can isolate

            Every setting can be given by --set, as an environment variable or in a
            YAML file: see docs/configuration.md.
            """,
        version: version,
        subcommands: [Serve.self, Run.self, Keys.self, Doctor.self, PrintConfigurationTable.self])
}
