/// One thing that a program would do, where it says so, and what to do instead.
package struct Finding: Hashable, Sendable {
    /// Path of the file beside the code in which it is; nil for the code itself.
    package var file: String?
    package let ruleID: RuleID
    package let category: Category
    /// The rule's, unless the policy gives it another.
    package let severity: Severity
    package let confidence: Confidence
    package let cwe: CWE
    /// In the submitted source; for embedded code, of the whole text that holds it.
    package let location: SourceLocation
    /// The language in which it was found: Bash for a command that a Python program hands to a shell. Nil for a source
    /// that the analyser does not read.
    package let language: SourceLanguage?
    /// The text at the location: its first line, cut to 200 characters, control characters made visible.
    package let snippet: String
    /// What the rule is called: "Shell command".
    package let title: String
    /// One sentence about this place: "Hands a text to the shell with os.system; …".
    package let message: String
    /// What to write instead, for the person who wrote the code.
    package let recommendation: String
    /// Whether this finding alone is enough for the policy to refuse the program.
    package let isBlocking: Bool

    package init(
        ruleID: RuleID, category: Category, severity: Severity, confidence: Confidence, cwe: CWE,
        location: SourceLocation, language: SourceLanguage?, snippet: String, title: String, message: String,
        recommendation: String, isBlocking: Bool
    ) {
        self.ruleID = ruleID
        self.category = category
        self.severity = severity
        self.confidence = confidence
        self.cwe = cwe
        self.location = location
        self.language = language
        self.snippet = snippet
        self.title = title
        self.message = message
        self.recommendation = recommendation
        self.isBlocking = isBlocking
    }
}
