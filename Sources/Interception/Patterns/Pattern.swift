/// A regular expression that is matched in time proportional to the text, whatever the pattern.
///
/// It knows `.`, classes with ranges and negation, `\d \w \s \b` and their opposites, groups, alternation, `* + ? {n,m}`,
/// `^` and `$` (of the whole text), and `(?i)` in front. Look-around and back-references are what it does not know: they
/// are what makes other engines slow on hostile text. It works on UTF-8: a class means ASCII, and `.` one byte.
package struct Pattern: Hashable, Sendable {
    /// As it was written.
    package let text: String
    let program: PatternProgram

    /// Throws for what is not a pattern, or one that needs too many states.
    package init(_ text: String) throws(PatternError) {
        self.text = text
        program = try PatternProgram(text)
    }

    package static func == (left: Pattern, right: Pattern) -> Bool { left.text == right.text }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// Why a text is not a pattern.
package struct PatternError: Error, Hashable, CustomStringConvertible {
    /// Continues a sentence about the pattern: "has a ( that is never closed".
    package let problem: String
    /// In bytes of the pattern, from 0.
    package let offset: Int

    package var description: String { "\(problem) (at byte \(offset))" }
}
