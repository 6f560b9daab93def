/// Why a program, or code inside it, was not analysed completely.
enum AnalysisGap: Hashable, Sendable {
    /// More bytes than `AnalysisLimits.sourceBytes`.
    case tooLarge(bytes: Int, limit: Int)
    /// A NUL byte: no language needs one, and parsers stumble over it.
    case nulByte
    case outOfTime
    case tooManyNodes
    /// Much of the text is not of the language.
    case unparsable(percent: Int)
    /// Code inside code inside code, and so on.
    case nestedTooDeeply
    /// The analyser does not read the language.
    case unreadLanguage
}
