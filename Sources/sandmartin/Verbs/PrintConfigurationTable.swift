import ArgumentParser

/// `sandmartin configuration-table`: the table of `docs/configuration.md`.
struct PrintConfigurationTable: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configuration-table", abstract: "Print the table of docs/configuration.md.", shouldDisplay: false)

    func run() {
        print(ConfigurationTable(settings: Settings.all))
    }
}
