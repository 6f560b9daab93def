/// Where a value came from.
enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    /// The option as the operator wrote it, such as `--port`.
    case commandLine(option: String)
    case environment(name: String)
    /// `line` counts from 1.
    case file(path: String, line: Int?)

    var description: String {
        switch self {
        case .commandLine(let option): option
        case .environment(let name): "environment variable \(name)"
        case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
        }
    }
}

/// A configuration that the server cannot start with: where it is wrong, and what it must be instead.
struct ConfigurationError: Error, Hashable, CustomStringConvertible {
    /// Nil when the values contradict one another.
    let origin: SettingOrigin?
    /// The key in the configuration file; nil when none is meant.
    let key: String?
    let problem: String

    init(_ origin: SettingOrigin?, key: String? = nil, _ problem: String) {
        self.origin = origin
        self.key = key
        self.problem = problem
    }

    private var place: String { origin.map { "\($0)" } ?? "" }

    var description: String {
        switch (origin, key) {
        case (.file?, let key?): "\(place): \(key) \(problem)"
        case (.file?, nil): "\(place): \(problem)"
        // The option and the variable name the setting themselves.
        case (.commandLine(option: "--set")?, let key?): "--set \(key) \(problem)"
        case (.commandLine?, _), (.environment?, _): "\(place) \(problem)"
        case (nil, let key?): "\(key) \(problem)"
        case (nil, nil): problem
        }
    }
}
