import Configuration

/// The places where settings are looked for: command line, environment, file, in this order.
struct ConfigurationSources: Sendable {
    /// A value given on the command line, with the option as it was written.
    struct Option: Hashable, Sendable {
        var option: String
        var key: String
        var value: String
    }

    private struct Layer: Sendable {
        let reader: ConfigReader
        let origin: @Sendable (_ key: String) -> SettingOrigin
    }

    let machine: Machine
    /// The file that was read, if any.
    let file: ConfigurationFile?
    private let layers: [Layer]

    /// Reads the configuration file if the command line or the environment names one.
    init(options: [Option], environment: [String: String], machine: Machine) throws(ConfigurationError) {
        self.machine = machine
        for option in options where !Settings.all.contains(where: { $0.key == option.key }) {
            throw ConfigurationError(
                .commandLine(option: option.option), key: option.key, ConfigurationFile.unknown(option.key))
        }
        var layers = [Self.layer(options), Self.layer(environment)]
        let path = try Self.explicit(Settings.config, layers)?.value
        if let path {
            let file = try ConfigurationFile(path: path)
            layers.append(Self.layer(file))
            self.file = file
        } else {
            file = nil
        }
        self.layers = layers
    }

    /// What the operator set, or else the default.
    func value<Value>(_ setting: Setting<Value>) throws(ConfigurationError) -> Value {
        if let explicit = try explicit(setting) { return explicit.value }
        switch setting.standard {
        case .machine(_, let value): return value(machine)
        case .fixed(let text):
            do { return try setting.kind.parse(text) } catch {
                preconditionFailure("the default of \(setting.key) \(error.problem)")
            }
        case .derived: preconditionFailure("the default of \(setting.key) follows from other settings")
        }
    }

    /// What the operator set, and where; nil when nobody did.
    func explicit<Value>(
        _ setting: Setting<Value>
    ) throws(ConfigurationError) -> (value: Value, origin: SettingOrigin)? {
        try Self.explicit(setting, layers)
    }

    private static func explicit<Value>(
        _ setting: Setting<Value>, _ layers: [Layer]
    ) throws(ConfigurationError) -> (value: Value, origin: SettingOrigin)? {
        for layer in layers {
            // An empty variable is how scripts and composers say “not set”.
            let text = layer.reader.string(forKey: ConfigKey([setting.key]), isSecret: setting.isSecret)
            guard let text, !text.isEmpty else { continue }
            let origin = layer.origin(setting.key)
            do {
                return (try setting.kind.parse(text), origin)
            } catch {
                let shown = setting.isSecret ? "" : ", not “\(text)”"
                throw ConfigurationError(origin, key: setting.key, error.problem + shown)
            }
        }
        return nil
    }

    // MARK: Layers

    private static func layer(_ options: [Option]) -> Layer {
        let byKey = Dictionary(options.map { ($0.key, $0) }) { _, last in last }
        return Layer(reader: reader("command line", byKey.mapValues(\.value))) { key in
            .commandLine(option: byKey[key]?.option ?? "--set")
        }
    }

    private static func layer(_ environment: [String: String]) -> Layer {
        let provider = EnvironmentVariablesProvider(environmentVariables: environment)
        return Layer(reader: ConfigReader(provider: provider)) { .environment(name: $0.uppercased()) }
    }

    private static func layer(_ file: ConfigurationFile) -> Layer {
        Layer(reader: reader(file.path, file.values.mapValues(\.text))) { key in
            .file(path: file.path, line: file.values[key]?.line)
        }
    }

    private static func reader(_ name: String, _ values: [String: String]) -> ConfigReader {
        let pairs = values.map { (AbsoluteConfigKey([$0.key]), ConfigValue(.string($0.value), isSecret: false)) }
        return ConfigReader(
            provider: InMemoryProvider(name: name, values: Dictionary(uniqueKeysWithValues: pairs)))
    }
}
