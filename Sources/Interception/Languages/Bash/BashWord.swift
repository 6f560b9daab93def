/// One word of a command, after quotes, escapes and expansions.
struct BashWord {
    /// Nil when it is not known before the program runs.
    let text: String?
    /// The text with nothing in the place of what is not known: for a command, `$nothing` inside its name changes
    /// nothing, and `$prefix/bin/ls` is still `ls`.
    let knownPart: String
    /// Whether wildcards outside of quotes are in it.
    let hasWildcards: Bool
    let range: Range<Int>

    init(text: String?, knownPart: String? = nil, hasWildcards: Bool = false, range: Range<Int>) {
        self.text = text
        self.knownPart = knownPart ?? text ?? ""
        self.hasWildcards = hasWildcards
        self.range = range
    }

    var argument: Fact.Argument { Fact.Argument(value: text.map(Constant.text), range: range) }
}

/// What a word is joined from.
struct BashPiece {
    /// Nil when it is not known before the program runs.
    var text: String?
    /// Whether the shell splits it at blanks: an expansion outside of quotes.
    var splits = false
    var isQuoted = false
}
