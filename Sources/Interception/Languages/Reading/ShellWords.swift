/// Argument lists, as the shell command that would start the same program.
enum ShellWords {
    /// Each word in quotes; one that is not known becomes a variable that is never set.
    static func command(_ words: [Constant?]) -> String {
        words.map { word in
            word?.text.map { "'" + $0.replacing("'", with: #"'\''"#) + "'" } ?? #""$UNKNOWN""#
        }.joined(separator: " ")
    }
}
