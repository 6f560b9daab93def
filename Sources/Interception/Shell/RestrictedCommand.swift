/// A command that the operator forbids: `sudo`, or with words that must be there too, `rm -rf /`.
package struct RestrictedCommand: Hashable, Sendable {
    /// As the operator wrote it.
    package let text: String
    /// Name of the command, without a folder.
    let name: String
    /// Each must be among the words of the command; an option of several letters counts letter by letter, so that
    /// `-rf` is also `-fr`, `-r -f` and `--recursive --force`.
    let words: [String]

    /// Nil for a text without a command.
    package init?(_ text: String) {
        var words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let name = words.first?.split(separator: "/").last.map(String.init) else { return nil }
        words.removeFirst()
        self.text = text
        self.name = name
        self.words = words
    }

    /// What to look for in a program.
    func matcher() throws(PatternError) -> Matcher {
        var conditions: [ArgumentCondition] = []
        for word in words {
            for pattern in Self.patterns(word) {
                var condition = ArgumentCondition(.any)
                condition.matches = try Pattern(pattern)
                conditions.append(condition)
            }
        }
        // A command that is not an exact name is a beginning: mkfs is also mkfs.ext4.
        return Matcher(kinds: [.cmd], names: [.exact(name), .prefix(name + ".")], arguments: conditions)
    }

    private static func patterns(_ word: String) -> [String] {
        guard word.hasPrefix("-"), !word.hasPrefix("--"), word.count > 1 else { return ["^\(escaped(word))$"] }
        return word.dropFirst().map { letter in
            let letter = escaped(String(letter))
            return "^-[A-Za-z0-9]*\(letter)|^--\(letter)"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { pattern, character in
            if !character.isLetter, !character.isNumber, character.isASCII { pattern.append("\\") }
            pattern.append(character)
        }
    }
}
