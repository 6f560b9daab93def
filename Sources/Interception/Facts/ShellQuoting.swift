/// Writes arguments as a shell would have to read them, so that a program started with a list is analysed as a command.
enum ShellQuoting {
    /// One command; what is not known becomes a variable that nothing sets.
    static func command(_ words: [String?]) -> String {
        words.map { word in word.map(quoted) ?? "\"$UNKNOWN\"" }.joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }
}
