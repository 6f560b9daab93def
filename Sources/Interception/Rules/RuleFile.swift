import StrictYAML

/// The text of a rule file, read strictly: what is unknown, missing or of a wrong type throws with its line.
struct RuleFile {
    /// What messages call the file.
    let name: String
    let text: String

    /// What a file says.
    struct Contents {
        let rules: [Entry]
        /// Rules of other files to leave out.
        let disabled: [Entry.Reference]
        /// The patterns known so far, with those of the file.
        let patterns: NamedPatterns
    }

    /// A rule and the place that names it, for messages about it.
    struct Entry {
        let rule: Rule
        let place: StrictMapping

        /// A rule that is only named.
        struct Reference {
            let id: RuleID
            let place: StrictMapping
        }
    }

    /// Reads the file; its patterns may use those of the files before.
    func contents(patterns: NamedPatterns) throws(YAMLFileError) -> Contents {
        let root = try StrictMapping(text: text, file: name, keys: ["patterns", "languages", "disabled", "rules"])
        var patterns = patterns
        try patterns.add(try root.table("patterns"), of: root)
        let languages = try Self.languages(root)
        var rules: [Entry] = []
        for mapping in try root.optionalList("rules", keys: Self.keys) {
            let rule = try RuleReader(mapping: mapping, patterns: patterns, languages: languages).rule()
            rules.append(Entry(rule: rule, place: mapping))
        }
        var disabled: [Entry.Reference] = []
        for id in try root.optionalTexts("disabled") {
            disabled.append(Entry.Reference(id: try Self.id(id, "disabled", in: root), place: root))
        }
        return Contents(rules: rules, disabled: disabled, patterns: patterns)
    }

    private static let keys: Set<String> = [
        "id", "languages", "category", "severity", "confidence", "cwe", "title", "message", "recommendation", "match",
        "examples",
    ]

    static func id(_ text: String, _ key: String, in mapping: StrictMapping) throws(YAMLFileError) -> RuleID {
        guard let id = RuleID(text) else {
            throw mapping.error(
                key, "must be words of a-z, 0-9 and hyphens with dots between them, not “\(text)”")
        }
        return id
    }

    /// The languages of a file or a rule; empty when the key is missing.
    static func languages(_ mapping: StrictMapping) throws(YAMLFileError) -> [SourceLanguage] {
        var languages: [SourceLanguage] = []
        for text in try mapping.optionalTexts("languages") {
            languages.append(try mapping.oneOf(SourceLanguage.self, text, "languages"))
        }
        return languages
    }
}

extension StrictMapping {
    /// The case of an enum that a text names.
    func oneOf<Choice: CaseIterable & RawRepresentable<String>>(
        _ choice: Choice.Type, _ text: String, _ key: String
    ) throws(YAMLFileError) -> Choice {
        guard let value = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(key, "has “\(text)”; known: \(known)")
        }
        return value
    }
}
