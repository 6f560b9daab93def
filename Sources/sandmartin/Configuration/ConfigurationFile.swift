import Foundation
import Yams

/// The configuration file: a flat YAML mapping in which every key is a setting.
struct ConfigurationFile: Sendable {
    struct Value: Hashable, Sendable {
        var text: String
        var line: Int
    }

    let path: String
    let values: [String: Value]

    /// Throws for a file that cannot be read, is not YAML, or has a key that is no setting.
    init(path: String) throws(ConfigurationError) {
        do {
            try self.init(path: path, text: try String(contentsOfFile: path, encoding: .utf8))
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(.file(path: path, line: nil), "cannot be read: \(error.localizedDescription)")
        }
    }

    init(path: String, text: String) throws(ConfigurationError) {
        self.path = path
        var values: [String: Value] = [:]
        for (key, node) in try Self.mapping(path: path, text: text) {
            let name = key.string ?? ""
            let origin = SettingOrigin.file(path: path, line: key.mark?.line)
            guard Self.keys.contains(name) else { throw ConfigurationError(origin, key: name, Self.unknown(name)) }
            guard case .scalar(let scalar) = node, node.tag != Tag(.null) else {
                throw ConfigurationError(origin, key: name, "must have one value")
            }
            values[name] = Value(text: scalar.string, line: key.mark?.line ?? 1)
        }
        self.values = values
    }

    /// What is said about a name that is no setting.
    static func unknown(_ name: String) -> String {
        let nearest = NearestName(names: keys).nearest(to: name.lowercased())
        return "is not a setting" + (nearest.map { "; did you mean \($0)?" } ?? "; docs/configuration.md lists them")
    }

    private static let keys = Settings.all.map(\.key).filter { $0 != Settings.config.key }

    private static func mapping(path: String, text: String) throws(ConfigurationError) -> Node.Mapping {
        do {
            guard let root = try Yams.compose(yaml: text) else { return Node.Mapping([]) }
            guard case .mapping(let mapping) = root else {
                throw ConfigurationError(
                    .file(path: path, line: root.mark?.line), "must be a mapping from settings to values")
            }
            return mapping
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw syntaxError(error, path)
        }
    }

    private static func syntaxError(_ error: any Error, _ path: String) -> ConfigurationError {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            ConfigurationError(.file(path: path, line: mark.line), "is not YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            ConfigurationError(
                .file(path: path, line: context.mark.line), key: duplicates.first, "is there more than once")
        default:
            ConfigurationError(.file(path: path, line: nil), "is not YAML: \(error)")
        }
    }
}
