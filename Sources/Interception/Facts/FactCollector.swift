/// Where a front end puts what it reads: facts, and code inside the code.
struct FactCollector {
    private(set) var facts: [Fact] = []
    private(set) var embedded: [EmbeddedCode] = []
    private let rules: RuleIndex

    /// Facts that none of the rules could match are not kept.
    init(for rules: RuleIndex) { self.rules = rules }

    /// Code that a program hands to a shell or an evaluator as a constant text.
    struct EmbeddedCode {
        let language: SourceLanguage
        let code: String
        /// In bytes of the code in which it was found.
        let range: Range<Int>
    }

    /// Notes a fact. Its arguments are only asked for when a rule wants to know.
    mutating func add(
        _ kind: FactKind, _ name: String, at range: Range<Int>, arguments: @autoclosure () -> [Fact.Argument] = []
    ) {
        guard rules.isOfInterest(kind, name) else { return }
        facts.append(Fact(kind: kind, name: name, arguments: arguments(), range: range))
    }

    /// Notes one of the shapes that only a front end can recognise.
    mutating func add(_ special: SpecialFact, at range: Range<Int>) {
        add(.special, special.rawValue, at: range)
    }

    /// Notes code inside the code; it is analysed in its own language afterwards.
    mutating func embed(_ language: SourceLanguage, _ code: String, at range: Range<Int>) {
        guard !code.isEmpty else { return }
        embedded.append(EmbeddedCode(language: language, code: code, range: range))
    }
}
