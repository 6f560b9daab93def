/// The rules for one language, found by the kind and the name of a fact.
///
/// Patterns remember their states, so an index belongs to one thread at a time.
final class RuleIndex {
    private let rules: [Rule]
    private let matchers: [FactMatcher]
    /// By the number of a kind.
    private let byKind: [NameIndex]

    init(_ rules: [Rule]) {
        self.rules = rules
        var matchers: [FactMatcher] = []
        var byKind = [[NameIndex.Entry]](repeating: [], count: FactKind.allCases.count)
        for (number, rule) in rules.enumerated() {
            for matcher in rule.matchers {
                for kind in matcher.kinds { byKind[kind.number].append((matcher, matchers.count)) }
                matchers.append(FactMatcher(matcher, rule: number))
            }
        }
        self.matchers = matchers
        self.byKind = byKind.map(NameIndex.init)
    }

    /// Whether a rule could match a fact of this kind and name; most facts of ordinary programs are of no interest.
    func isOfInterest(_ kind: FactKind, _ name: String) -> Bool { byKind[kind.number].mayMatch(name) }

    /// Calls `body` with every rule that matches the fact, once for each.
    func forEachMatch(of fact: Fact, in source: SourceCode, _ body: (Rule) -> Void) {
        var last = -1
        for number in byKind[fact.kind.number].candidates(for: fact.name) {
            let matcher = matchers[number]
            // The matchers of a rule follow each other, so one that has matched is easily known.
            guard matcher.rule != last, matcher.matches(fact, in: source) else { continue }
            last = matcher.rule
            body(rules[last])
        }
    }
}

/// Which matchers may match a name: exact names by hash, beginnings and ends by their first and last byte.
///
/// An object, so that no fact copies the tables.
final class NameIndex {
    /// A matcher and its number.
    typealias Entry = (matcher: Matcher, number: Int)

    private let exact: [String: [Int]]
    private let prefixes: [UInt8: [(text: String, matcher: Int)]]
    private let suffixes: [UInt8: [(text: String, matcher: Int)]]
    /// Matchers that take any name.
    private let anyName: [Int]
    /// Texts of which each matcher that takes any name needs one; nil when one of these needs none.
    private let neededTexts: PatternMatcher?

    init(_ entries: [Entry]) {
        var exact: [String: [Int]] = [:]
        var prefixes: [UInt8: [(text: String, matcher: Int)]] = [:]
        var suffixes: [UInt8: [(text: String, matcher: Int)]] = [:]
        for (matcher, number) in entries {
            for name in matcher.names {
                switch name {
                case .exact(let text): exact[text, default: []].append(number)
                case .prefix(let text): prefixes[text.utf8.first ?? 0, default: []].append((text, number))
                case .suffix(let text): suffixes[text.utf8.last ?? 0, default: []].append((text, number))
                }
            }
        }
        self.exact = exact
        self.prefixes = prefixes
        self.suffixes = suffixes
        let unnamed = entries.filter(\.matcher.names.isEmpty)
        anyName = unnamed.map(\.number)
        let needed = Set(unnamed.flatMap(\.matcher.contains))
        neededTexts =
            needed.isEmpty || unnamed.contains(where: \.matcher.contains.isEmpty)
            ? nil : PatternMatcher(Pattern(oneOf: needed.sorted()))
    }

    /// Whether a matcher that takes any name could match this one.
    private func hasNeededText(_ name: String) -> Bool {
        guard !anyName.isEmpty else { return false }
        return neededTexts?.matches(name) ?? true
    }

    /// Whether there are candidates for a name.
    func mayMatch(_ name: String) -> Bool {
        if !exact.isEmpty, exact[name] != nil { return true }
        if !prefixes.isEmpty, let first = name.utf8.first, let list = prefixes[first],
            list.contains(where: { name.hasPrefix($0.text) })
        {
            return true
        }
        if !suffixes.isEmpty, let last = name.utf8.last, let list = suffixes[last],
            list.contains(where: { name.hasSuffix($0.text) })
        {
            return true
        }
        return hasNeededText(name)
    }

    /// In ascending order, each once.
    func candidates(for name: String) -> [Int] {
        var found = hasNeededText(name) ? anyName : []
        if let matchers = exact[name] { found += matchers }
        if let first = name.utf8.first, let list = prefixes[first] {
            for (text, matcher) in list where name.hasPrefix(text) { found.append(matcher) }
        }
        if let last = name.utf8.last, let list = suffixes[last] {
            for (text, matcher) in list where name.hasSuffix(text) { found.append(matcher) }
        }
        guard found.count > 1 else { return found }
        found.sort()
        return found.enumerated().compactMap { $0.offset > 0 && found[$0.offset - 1] == $0.element ? nil : $0.element }
    }
}
