/// Holds one matcher against facts whose kind and name fit already.
struct FactMatcher {
    /// Number of the rule in its index.
    let rule: Int
    private let pattern: PatternMatcher?
    private let contains: [String]
    private let arguments: [ArgumentMatcher]
    private let unlessArguments: [ArgumentMatcher]

    init(_ matcher: Matcher, rule: Int) {
        self.rule = rule
        pattern = matcher.pattern.map(PatternMatcher.init)
        contains = matcher.contains.map { $0.lowercased() }
        arguments = matcher.arguments.map(ArgumentMatcher.init)
        unlessArguments = matcher.unlessArguments.map(ArgumentMatcher.init)
    }

    func matches(_ fact: Fact, in source: SourceCode) -> Bool {
        // The pattern goes first: one pass over the name, while each text is one more.
        if let pattern, !pattern.matches(fact.name) { return false }
        if !contains.isEmpty {
            let name = fact.name.lowercased()
            guard contains.contains(where: name.contains) else { return false }
        }
        // What is only named will be called with whatever comes: every argument of it is unknown.
        if fact.kind == .ref { return arguments.allSatisfy(\.holdsForUnknown) }
        return arguments.allSatisfy { $0.holds(for: fact, in: source) }
            && !unlessArguments.contains { $0.holds(for: fact, in: source) }
    }
}
