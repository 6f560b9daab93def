import Isolation
import StrictYAML

/// The text of a language file, read strictly: what is unknown, missing or of a wrong type throws with its line.
struct LanguageFile {
    /// What messages call the file.
    let name: String
    let text: String

    func language() throws(YAMLFileError) -> Language {
        let root = try StrictMapping(text: text, file: name, keys: Self.keys)
        return Language(
            name: try identifier(root.text("name"), root, "name"),
            title: try root.text("title"),
            aliases: try aliases(root),
            fileExtensions: try fileExtensions(root),
            sourceFile: try path(root.text("source"), root, "source"),
            tools: try tools(root),
            requiredCommands: try root.optionalTexts("requires"),
            mounts: try mounts(root),
            compile: try root.optionalMapping("compile", keys: Self.stepKeys).map(step),
            run: try step(root.mapping("run", keys: Self.stepKeys)),
            versionProbe: try command("version", in: root),
            artifacts: try artifacts(root),
            packages: try root.text("install"),
            sample: try root.text("sample"))
    }

    /// Line of a key of the root; nil when it is not there or the file is not a mapping of known keys.
    func line(of key: String) -> Int? {
        (try? StrictMapping(text: text, file: name, keys: Self.keys))?.line(of: key)
    }

    private static let keys: Set<String> = [
        "name", "title", "aliases", "extensions", "source", "tools", "requires", "mounts", "compile", "run", "version",
        "artifacts", "install", "sample",
    ]
    private static let stepKeys: Set<String> = ["command", "environment"]

    private func aliases(_ root: StrictMapping) throws(YAMLFileError) -> [String] {
        var aliases: [String] = []
        for alias in try root.optionalTexts("aliases") { aliases.append(try identifier(alias, root, "aliases")) }
        return aliases
    }

    private func identifier(
        _ text: String, _ mapping: StrictMapping, _ key: String
    ) throws(YAMLFileError) -> String {
        guard text.wholeMatch(of: /[a-z][a-z0-9+#._-]{0,31}/) != nil else {
            throw mapping.error(
                key, "must be a lower-case letter and up to 31 of a-z 0-9 + # . _ -, not “\(text)”")
        }
        return text
    }

    private func fileExtensions(_ root: StrictMapping) throws(YAMLFileError) -> [String] {
        let extensions = try root.texts("extensions")
        for element in extensions where element.wholeMatch(of: /\.[^\/.]+/) == nil {
            throw root.error("extensions", "must each be a dot and a word, not “\(element)”")
        }
        return extensions
    }

    private func path(
        _ text: String, _ mapping: StrictMapping, _ key: String
    ) throws(YAMLFileError) -> WorkspacePath {
        do {
            return try WorkspacePath(text)
        } catch {
            throw mapping.error(key, error.reason)
        }
    }

    private func artifacts(_ root: StrictMapping) throws(YAMLFileError) -> [WorkspacePath] {
        var artifacts: [WorkspacePath] = []
        for text in try root.optionalTexts("artifacts") { artifacts.append(try path(text, root, "artifacts")) }
        return artifacts
    }

    private func mounts(_ root: StrictMapping) throws(YAMLFileError) -> [String] {
        let mounts = try root.optionalTexts("mounts")
        for mount in mounts where !mount.hasPrefix("/") || mount.split(separator: "/").contains("..") {
            throw root.error("mounts", "must be absolute paths without “..”, not “\(mount)”")
        }
        return mounts
    }

    private func tools(_ root: StrictMapping) throws(YAMLFileError) -> [String: Language.Tool] {
        var tools: [String: Language.Tool] = [:]
        for (name, mapping) in try root.mappings("tools", keys: ["locate", "executable"]) {
            let executable = try mapping.optionalText("executable") ?? "{located}"
            guard executable.contains("{located}") else { throw mapping.error("executable", "must contain {located}") }
            tools[name] = Language.Tool(locate: try command("locate", in: mapping), executable: executable)
        }
        return tools
    }

    private func step(_ mapping: StrictMapping) throws(YAMLFileError) -> Language.Step {
        let environment = try mapping.table("environment")
        for name in environment.keys.sorted() where name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil {
            throw mapping.error("environment", "has “\(name)”, which is no name of an environment variable")
        }
        return Language.Step(arguments: try command("command", in: mapping), environment: environment)
    }

    private func command(_ key: String, in mapping: StrictMapping) throws(YAMLFileError) -> [String] {
        let arguments = try mapping.texts(key)
        let tool = arguments[0]
        guard tool.hasPrefix("/") || tool.hasPrefix("./") || !tool.contains("/") else {
            throw mapping.error(
                key, "must begin with a command name, an absolute path, or ./ and a file of the workspace")
        }
        return arguments
    }
}
