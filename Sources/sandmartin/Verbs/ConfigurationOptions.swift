import ArgumentParser
import Foundation

/// The options with which every verb finds its configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read settings from a YAML file.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Set a setting, over the environment and the file. May be repeated.", valueName: "key=value")
    )
    var settings: [String] = []

    /// `options` are those that a verb has besides.
    func configuration(
        adding options: [ConfigurationSources.Option] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> Configuration {
        try Configuration(
            ConfigurationSources(
                options: try given() + options, environment: environment, machine: .current(environment: environment)))
    }

    func given() throws(ConfigurationError) -> [ConfigurationSources.Option] {
        var given: [ConfigurationSources.Option] = []
        for text in settings {
            guard let equals = text.firstIndex(of: "=") else {
                throw ConfigurationError(.commandLine(option: "--set"), "must be followed by key=value, not “\(text)”")
            }
            let value = String(text[text.index(after: equals)...])
            given.append(.init(option: "--set", key: String(text[..<equals]), value: value))
        }
        if let config {
            let path = URL(filePath: config).path
            given.append(.init(option: "--config", key: Settings.config.key, value: path))
        }
        return given
    }
}

extension ConfigurationSources.Option {
    /// The option of verbs whose caller may choose a policy; none when it was not given.
    static func policy(_ name: String?) -> [Self] {
        [name.map { Self(option: "--policy", key: Settings.policy.key, value: $0) }].compactMap(\.self)
    }
}
