extension AnalysisGap {
    /// The finding that says so. It stands at the beginning of the program.
    func finding(in language: SourceLanguage?, under policy: Policy) -> Finding {
        Finding(
            ruleID: RuleID(builtIn: "analysis.incomplete.\(name)"), category: .incompleteAnalysis, severity: .medium,
            confidence: .certain, cwe: CWE(number: 506),
            location: SourceLocation(line: 1, column: 1, endLine: 1, endColumn: 1), language: language, snippet: "",
            title: "Incomplete analysis", message: "The program could not be analysed completely: \(cause).",
            recommendation: advice, isBlocking: policy.blocksIncompleteAnalysis)
    }

    private var name: String {
        switch self {
        case .tooLarge: "size"
        case .nulByte: "nul-byte"
        case .outOfTime: "time"
        case .tooManyNodes: "nodes"
        case .unparsable: "syntax"
        case .nestedTooDeeply: "nesting"
        case .unreadLanguage: "language"
        }
    }

    private var cause: String {
        switch self {
        case .tooLarge(let bytes, let limit): "it has a source of \(bytes) bytes, and the most is \(limit)"
        case .nulByte: "it has a NUL byte"
        case .outOfTime: "it takes too long to parse"
        case .tooManyNodes: "it has too many parts"
        case .unparsable(let percent): "\(percent) % of it is not of its language"
        case .nestedTooDeeply: "it hides code in code in code"
        case .unreadLanguage: "the analyser does not read its language"
        }
    }

    private var advice: String {
        switch self {
        case .tooLarge: "Move data out of the source into files of the run, and split the program."
        case .nulByte: "Take the NUL byte out; in a text write the escape, \\0."
        case .outOfTime, .tooManyNodes: "Split the program, and write deeply nested expressions as several."
        case .unparsable: "Check the syntax, and that the language of the request is the program's."
        case .nestedTooDeeply: "Write the inner code into the program itself."
        case .unreadLanguage:
            "Write the program in \(SourceLanguage.allCases.map(\.rawValue).joined(separator: ", ")), or ask for a policy "
                + "that allows programs which nobody has read."
        }
    }
}
