import Foundation
import Isolation

/// What the operator decided about the reading of programs before they run; names are not yet looked up.
struct ScreeningSettings: Sendable {
    let policy: String
    /// Nil: those that refuse at least what `policy` refuses.
    let allowedPolicies: [String]?
    /// Further rules; nil when there are none.
    let rulesDirectory: String?
    /// Further policies; nil when there are none.
    let policiesDirectory: String?
    let restrictedCommands: [String]
    let maximumCommand: ByteCount

    init(_ sources: ConfigurationSources) throws(ConfigurationError) {
        policy = try sources.value(Settings.policy)
        allowedPolicies = try sources.explicit(Settings.allowedPolicies)?.value
        rulesDirectory = try sources.directory(Settings.rulesDirectory, besideFile: "rules")
        policiesDirectory = try sources.directory(Settings.policiesDirectory, besideFile: "policies")
        restrictedCommands = try sources.explicit(Settings.restrictedCommands)?.value ?? []
        maximumCommand = try sources.value(Settings.maximumCommand)
    }
}

extension ConfigurationSources {
    /// A folder of the operator's files. One that was named must be there; the one with the name `besideFile` in the
    /// configuration file's folder may be missing.
    func directory(_ setting: Setting<String>, besideFile name: String) throws(ConfigurationError) -> String? {
        if let (path, origin) = try explicit(setting) {
            guard Self.isDirectory(path) else {
                throw ConfigurationError(origin, key: setting.key, "must be a directory, and \(path) is none")
            }
            return path
        }
        guard let file else { return nil }
        let path = URL(filePath: file.path).deletingLastPathComponent().appending(path: name).path
        return Self.isDirectory(path) ? path : nil
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
