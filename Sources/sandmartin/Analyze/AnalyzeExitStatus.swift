/// The exit status of `analyze`.
enum AnalyzeExitStatus {
    static let allowed: Int32 = 0
    static let refused: Int32 = 1
    /// Also for what is wrong with the configuration and the file.
    static let usage: Int32 = 2

    /// The table in the help text.
    static let explanation = """
        Exit status:
          0        the policy allows the program, whatever was found
          1        the policy refuses it
          2        the command line, the configuration or the file cannot be used
        """
}
