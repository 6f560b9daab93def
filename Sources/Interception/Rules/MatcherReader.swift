import StrictYAML

/// Reads one matcher of a rule.
struct MatcherReader {
    let mapping: StrictMapping
    let patterns: NamedPatterns

    static let keys: Set<String> = ["facts", "names", "contains", "matches", "arguments", "unless_arguments"]
    private static let conditionKeys: Set<String> = [
        "at", "keyword", "constant", "is", "matches", "path", "unless", "source", "at_least", "any_bits",
    ]

    func matcher() throws(YAMLFileError) -> Matcher {
        let kinds = try kinds()
        let names = try names()
        let contains = try mapping.optionalTexts("contains")
        let pattern = try patterns.pattern("matches", in: mapping)
        guard !names.isEmpty || !contains.isEmpty || pattern != nil else {
            throw mapping.error("names", "is missing; without it, contains and matches the rule would find everything")
        }
        // Texts are most of the facts: a search for literals finds the few of them that a pattern has to look at.
        if names.isEmpty, contains.isEmpty, kinds.contains(.str) || kinds.contains(.decoded) {
            throw mapping.error("contains", "is missing; facts of the kinds str and decoded need it")
        }
        if kinds.contains(.special), let text = try mapping.optionalTexts("names").first(where: isNoSpecial) {
            throw mapping.error("names", "has “\(text)”, which no analysis finds as special")
        }
        return Matcher(
            kinds: kinds, names: names, contains: contains, pattern: pattern,
            arguments: try conditions("arguments"), unlessArguments: try conditions("unless_arguments"))
    }

    private func kinds() throws(YAMLFileError) -> Set<FactKind> {
        var kinds: Set<FactKind> = []
        for text in try mapping.texts("facts") { kinds.insert(try mapping.oneOf(FactKind.self, text, "facts")) }
        return kinds
    }

    private func names() throws(YAMLFileError) -> [NamePattern] {
        var names: [NamePattern] = []
        for text in try mapping.optionalTexts("names") {
            guard let name = NamePattern(text) else {
                throw mapping.error("names", "has “\(text)”; a * stands once, at the beginning or the end")
            }
            names.append(name)
        }
        return names
    }

    private func isNoSpecial(_ text: String) -> Bool { SpecialFact(rawValue: text) == nil }

    private func conditions(_ key: String) throws(YAMLFileError) -> [ArgumentCondition] {
        var conditions: [ArgumentCondition] = []
        for mapping in try mapping.optionalList(key, keys: Self.conditionKeys) {
            conditions.append(try condition(mapping))
        }
        return conditions
    }

    private func condition(_ mapping: StrictMapping) throws(YAMLFileError) -> ArgumentCondition {
        var condition = ArgumentCondition(try selector(mapping))
        condition.isConstant = try mapping.optionalBoolean("constant")
        condition.equals = try mapping.optionalBoolean("is").map(Constant.boolean)
        condition.matches = try patterns.pattern("matches", in: mapping)
        condition.path = try patterns.pattern("path", in: mapping)
        condition.unless = try patterns.pattern("unless", in: mapping)
        condition.source = try patterns.pattern("source", in: mapping)
        condition.atLeast = try mapping.optionalInteger("at_least")
        condition.anyBits = try mapping.optionalInteger("any_bits")
        return condition
    }

    private func selector(_ mapping: StrictMapping) throws(YAMLFileError) -> ArgumentCondition.Selector {
        let position = try mapping.optionalInteger("at")
        let keyword = try mapping.optionalText("keyword")
        switch (position, keyword) {
        case (nil, nil): return .any
        case (nil, let keyword?): return .keyword(keyword)
        case (let position?, nil) where position >= 0: return .position(position)
        case (.some, nil): throw mapping.error("at", "must be 0 or more")
        case (.some, .some): throw mapping.error("keyword", "must not stand beside “at”")
        }
    }
}
