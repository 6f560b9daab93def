import Languages

/// Tells a program's language: by the name given, the file's extension, or its `#!` line.
struct LanguageGuess: Sendable {
    let languages: [Language]

    /// Throws with the names to choose from when it cannot be told.
    func language(named name: String?, path: String, code: String) throws(RunFailure) -> Language {
        if let name {
            guard let language = find(name) else { throw RunFailure("there is no language “\(name)”: \(choices)") }
            return language
        }
        guard let language = byExtension(path) ?? byInterpreter(code) else {
            throw RunFailure(
                "the language of \(InputFile(path: path).name) cannot be told: name it with --language: \(choices)")
        }
        return language
    }

    private var choices: String { languages.map(\.name).joined(separator: ", ") }

    private func find(_ name: String) -> Language? {
        let wanted = name.lowercased()
        return languages.first { $0.name == wanted || $0.aliases.contains(wanted) }
    }

    private func byExtension(_ path: String) -> Language? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        let wanted = name[dot...].lowercased()
        return languages.first { $0.fileExtensions.contains(wanted) }
    }

    /// `#!/usr/bin/env -S python3 -u` and `#!/usr/bin/python3.11` both mean Python.
    private func byInterpreter(_ code: String) -> Language? {
        guard code.hasPrefix("#!"), let line = code.split(whereSeparator: \.isNewline).first else { return nil }
        var words = line.dropFirst(2).split(separator: " ")[...]
        if words.first?.split(separator: "/").last == "env" {
            words = words.dropFirst().drop { $0.hasPrefix("-") || $0.contains("=") }
        }
        guard let interpreter = words.first?.split(separator: "/").last else { return nil }
        let withoutVersion = interpreter.prefix { !$0.isNumber }
        return find(String(interpreter)) ?? find(String(withoutVersion))
    }
}
