/// Holds one matcher against facts whose kind and name fit already.
///
/// An object, so that no fact copies its patterns.
final class FactMatcher {
    /// Number of the rule in its index.
    let rule: Int
    private let pattern: PatternMatcher?
    /// One of some texts.
    private let contained: PatternMatcher?
    private let arguments: [ArgumentMatcher]
    private let unlessArguments: [ArgumentMatcher]

    init(_ matcher: Matcher, rule: Int) {
        self.rule = rule
        pattern = matcher.pattern.map(PatternMatcher.init)
        contained = matcher.contains.isEmpty ? nil : PatternMatcher(Pattern(oneOf: matcher.contains))
        arguments = matcher.arguments.map(ArgumentMatcher.init)
        unlessArguments = matcher.unlessArguments.map(ArgumentMatcher.init)
    }

    func matches(_ fact: Fact, in source: SourceCode) -> Bool {
        if let contained, !contained.matches(fact.name) { return false }
        if let pattern, !pattern.matches(fact.name) { return false }
        // What is only named will be called with whatever comes: every argument of it is unknown.
        if fact.kind == .ref { return arguments.allSatisfy(\.holdsForUnknown) }
        return arguments.allSatisfy { $0.holds(for: fact, in: source) }
            && !unlessArguments.contains { $0.holds(for: fact, in: source) }
    }
}
