/// What to look for in a program, and what to say about it.
package struct Rule: Sendable {
    package let id: RuleID
    /// Languages of the code in which its facts are found. Commands that a program of any language hands to a shell are
    /// Bash, code that a Python program hands to `exec` is Python, and so on.
    package let languages: Set<SourceLanguage>
    package let category: Category
    package let severity: Severity
    package let confidence: Confidence
    package let cwe: CWE
    /// A few words, for lists.
    package let title: String
    /// One sentence; `{name}` stands for the name of the fact that matched.
    package let message: String
    package let recommendation: String
    /// The rule matches a fact that any of these matches.
    package let matchers: [Matcher]
    package let examples: Examples
    /// Whether a finding refuses the program under every policy: for what the operator has forbidden by name.
    package let alwaysBlocks: Bool

    /// A program, and whether the rule must find something in it.
    package struct Example: Hashable, Sendable {
        package let language: SourceLanguage
        package let code: String

        package init(language: SourceLanguage, code: String) {
            self.language = language
            self.code = code
        }
    }

    /// Programs in which the rule must find something, and near misses in which it must not.
    package struct Examples: Hashable, Sendable {
        package let matching: [Example]
        package let notMatching: [Example]

        package init(matching: [Example], notMatching: [Example]) {
            self.matching = matching
            self.notMatching = notMatching
        }
    }

    package init(
        id: RuleID, languages: Set<SourceLanguage>, category: Category, severity: Severity,
        confidence: Confidence = .certain, cwe: CWE, title: String, message: String, recommendation: String,
        matchers: [Matcher], examples: Examples = Examples(matching: [], notMatching: []), alwaysBlocks: Bool = false
    ) {
        self.id = id
        self.languages = languages
        self.category = category
        self.severity = severity
        self.confidence = confidence
        self.cwe = cwe
        self.title = title
        self.message = message
        self.recommendation = recommendation
        self.matchers = matchers
        self.examples = examples
        self.alwaysBlocks = alwaysBlocks
    }
}
