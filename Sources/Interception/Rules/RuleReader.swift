import StrictYAML

/// Reads one rule of a rule file.
struct RuleReader {
    let mapping: StrictMapping
    let patterns: NamedPatterns
    /// Languages of the file, for rules that name none.
    let languages: [SourceLanguage]

    func rule() throws(YAMLFileError) -> Rule {
        let own = try RuleFile.languages(mapping)
        let chosen = own.isEmpty ? languages : own
        guard !chosen.isEmpty else { throw mapping.error("languages", "is missing, here and in the file") }
        var matchers: [Matcher] = []
        for matcher in try mapping.list("match", keys: MatcherReader.keys) {
            matchers.append(try MatcherReader(mapping: matcher, patterns: patterns).matcher())
        }
        return Rule(
            id: try RuleFile.id(mapping.text("id"), "id", in: mapping),
            languages: Set(chosen),
            category: try category(),
            severity: try mapping.oneOf(Severity.self, mapping.text("severity"), "severity"),
            confidence: try confidence(),
            cwe: try cwe(),
            title: try mapping.text("title"),
            message: try message(),
            recommendation: try mapping.text("recommendation"),
            matchers: matchers,
            examples: try examples(of: chosen))
    }

    private func category() throws(YAMLFileError) -> Category {
        let category = try mapping.oneOf(Category.self, mapping.text("category"), "category")
        guard category != .incompleteAnalysis else {
            throw mapping.error("category", "must not be incomplete_analysis: only the analyser itself finds that")
        }
        return category
    }

    private func confidence() throws(YAMLFileError) -> Confidence {
        guard let text = try mapping.optionalText("confidence") else { return .certain }
        return try mapping.oneOf(Confidence.self, text, "confidence")
    }

    private func cwe() throws(YAMLFileError) -> CWE {
        let text = try mapping.text("cwe")
        guard let cwe = CWE(text) else { throw mapping.error("cwe", "must be like CWE-78, not “\(text)”") }
        return cwe
    }

    private func message() throws(YAMLFileError) -> String {
        let message = try mapping.text("message")
        for use in message.matches(of: /\{([^}]*)\}/) where use.1 != "name" {
            throw mapping.error("message", "has {\(use.1)}; only {name} is known")
        }
        return message
    }

    private func examples(of languages: [SourceLanguage]) throws(YAMLFileError) -> Rule.Examples {
        let lists: Set<String> = ["match", "no_match"]
        let names = SourceLanguage.allCases.map(\.rawValue)
        let examples = try mapping.mapping("examples", keys: lists.union(names))
        var matching: [Rule.Example] = []
        var notMatching: [Rule.Example] = []
        func add(_ mapping: StrictMapping, _ language: SourceLanguage) throws(YAMLFileError) {
            matching += try mapping.optionalTexts("match").map { Rule.Example(language: language, code: $0) }
            notMatching += try mapping.optionalTexts("no_match").map { Rule.Example(language: language, code: $0) }
        }
        if languages.count == 1 {
            try add(examples, languages[0])
        } else if let key = lists.sorted().first(where: examples.has) {
            throw examples.error(key, "must stand below the name of its language: the rule has several")
        }
        for language in SourceLanguage.allCases {
            guard let mapping = try examples.optionalMapping(language.rawValue, keys: lists) else { continue }
            try add(mapping, language)
        }
        guard !matching.isEmpty else { throw mapping.error("examples", "must have code that matches") }
        guard !notMatching.isEmpty else { throw mapping.error("examples", "must have code that does not match") }
        return Rule.Examples(matching: matching, notMatching: notMatching)
    }
}
