/// A rule that matched, and where.
struct RuleMatch: Sendable {
    let rule: Rule
    /// Name of the fact.
    let name: String
    /// Language of the code in which it was found.
    let language: SourceLanguage
    let location: SourceLocation
    let snippet: String
}
