/// The name of a rule: words of a-z, 0-9 and hyphens with dots between them, for example `py.process.os-system`.
package struct RuleID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// Nil unless the text has two to six words and at most 80 characters.
    package init?(_ text: String) {
        let words = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isWord = { (word: Substring.UTF8View.SubSequence) in
            !word.isEmpty && word.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        }
        guard (2...6).contains(words.count), text.utf8.count <= 80, words.allSatisfy(isWord) else { return nil }
        self.text = text
    }

    /// The name of a rule that the analyser brings itself; `text` is a valid one.
    init(builtIn text: String) { self.text = text }

    package var description: String { text }

    package static func < (left: RuleID, right: RuleID) -> Bool { left.text < right.text }
}
