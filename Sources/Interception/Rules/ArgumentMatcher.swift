/// Holds one condition against the arguments of a fact.
///
/// An object, so that no fact copies its patterns.
final class ArgumentMatcher {
    private let condition: ArgumentCondition
    private let matches: PatternMatcher?
    private let path: PatternMatcher?
    private let unless: PatternMatcher?
    private let source: PatternMatcher?

    init(_ condition: ArgumentCondition) {
        self.condition = condition
        matches = condition.matches.map(PatternMatcher.init)
        path = condition.path.map(PatternMatcher.init)
        unless = condition.unless.map(PatternMatcher.init)
        source = condition.source.map(PatternMatcher.init)
    }

    /// Whether it holds for an argument of which nothing is known.
    var holdsForUnknown: Bool {
        var unknown = ArgumentCondition(condition.selector)
        unknown.isConstant = false
        return condition == unknown
    }

    func holds(for fact: Fact, in source: SourceCode) -> Bool {
        switch condition.selector {
        case .any: fact.arguments.contains { holds(for: $0, in: source) }
        case .position(let position):
            fact.arguments.lazy.filter { $0.keyword == nil }.dropFirst(position).first
                .map { holds(for: $0, in: source) } ?? false
        case .keyword(let name): fact.arguments.contains { $0.keyword == name && holds(for: $0, in: source) }
        }
    }

    private func holds(for argument: Fact.Argument, in source: SourceCode) -> Bool {
        if let isConstant = condition.isConstant, isConstant != argument.value.isConstant { return false }
        if let equals = condition.equals, argument.value.map({ Self.mean(equals, $0) }) != true { return false }
        if let least = condition.atLeast, (argument.value?.integer).map({ $0 >= least }) != true { return false }
        if let bits = condition.anyBits, (argument.value?.integer).map({ $0 & bits != 0 }) != true { return false }
        if let pattern = self.source, !pattern.matches(source.text(argument.range)) { return false }
        guard matches != nil || path != nil || unless != nil else { return true }
        return argument.value.texts.contains(where: holds)
    }

    private func holds(for text: String) -> Bool {
        let seen = path == nil ? text : PathText.normalized(text)
        if let matches, !matches.matches(text) { return false }
        if let path, !path.matches(seen) { return false }
        return !(unless?.matches(seen) ?? false)
    }

    /// Whether two values mean the same where a truth value is asked: 1 is as true as true.
    private static func mean(_ wanted: Constant, _ value: Constant) -> Bool {
        if case .boolean(let wanted) = wanted, let integer = value.integer { return wanted == (integer != 0) }
        return wanted == value
    }
}

extension Constant? {
    /// Whether everything in it is known.
    fileprivate var isConstant: Bool {
        guard let self else { return false }
        guard case .list(let elements) = self else { return true }
        return elements.allSatisfy(\.isConstant)
    }

    /// The text, or the texts of a list.
    fileprivate var texts: [String] {
        switch self {
        case .text(let text)?: [text]
        case .list(let elements)?: elements.compactMap { $0?.text }
        default: []
        }
    }
}
