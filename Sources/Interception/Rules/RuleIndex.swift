/// The rules for one language, found by the kind and the name of a fact.
///
/// Patterns remember their states, so an index belongs to one thread at a time.
final class RuleIndex {
    private let rules: [Rule]
    private let matchers: [FactMatcher]
    private var byKind: [FactKind: NameIndex] = [:]

    init(_ rules: [Rule]) {
        self.rules = rules
        var matchers: [FactMatcher] = []
        for (number, rule) in rules.enumerated() {
            for matcher in rule.matchers {
                for kind in matcher.kinds { byKind[kind, default: NameIndex()].insert(matcher.names, matchers.count) }
                matchers.append(FactMatcher(matcher, rule: number))
            }
        }
        self.matchers = matchers
    }

    /// Calls `body` with every rule that matches the fact, once for each.
    func forEachMatch(of fact: Fact, in source: SourceCode, _ body: (Rule) -> Void) {
        guard let names = byKind[fact.kind] else { return }
        var last = -1
        for number in names.candidates(for: fact.name) {
            let matcher = matchers[number]
            // The matchers of a rule follow each other, so one that has matched is easily known.
            guard matcher.rule != last, matcher.matches(fact, in: source) else { continue }
            last = matcher.rule
            body(rules[last])
        }
    }
}

/// Which matchers may match a name: exact names by hash, beginnings and ends by their first and last byte.
struct NameIndex {
    private var exact: [String: [Int]] = [:]
    private var prefixes: [UInt8: [(text: String, matcher: Int)]] = [:]
    private var suffixes: [UInt8: [(text: String, matcher: Int)]] = [:]
    /// Matchers that take any name.
    private var anyName: [Int] = []

    mutating func insert(_ names: [NamePattern], _ matcher: Int) {
        if names.isEmpty { anyName.append(matcher) }
        for name in names {
            switch name {
            case .exact(let text): exact[text, default: []].append(matcher)
            case .prefix(let text): prefixes[text.utf8.first ?? 0, default: []].append((text, matcher))
            case .suffix(let text): suffixes[text.utf8.last ?? 0, default: []].append((text, matcher))
            }
        }
    }

    /// In ascending order, each once.
    func candidates(for name: String) -> [Int] {
        var found = anyName
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
