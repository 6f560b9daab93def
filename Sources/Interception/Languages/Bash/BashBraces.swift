/// Brace expansion: `{cat,/etc/passwd}` is two words, `{su,}do` is `sudo` and `do`.
enum BashBraces {
    /// The words of a text; nil without braces that expand, or with more words than `limit`.
    static func expand(_ text: String, limit: Int) -> [String]? {
        var finished: [String] = []
        var pending = [text]
        var didExpand = false
        while let word = pending.popLast() {
            guard let (before, choices, after) = firstGroup(of: word) else {
                finished.append(word)
                continue
            }
            didExpand = true
            // The last goes on the stack first, so that words come in the shell's order.
            pending += choices.reversed().map { String(before + $0 + after) }
            guard pending.count + finished.count <= limit else { return nil }
        }
        return didExpand ? finished.filter { !$0.isEmpty } : nil
    }

    /// The first `{…,…}` with no other inside; nil without one.
    private static func firstGroup(of word: String) -> (before: Substring, choices: [Substring], after: Substring)? {
        var open: String.Index?
        for index in word.indices {
            switch word[index] {
            case "{": open = index
            case "}":
                guard let start = open else { continue }
                let inside = word[word.index(after: start)..<index]
                open = nil
                guard inside.contains(","), start == word.startIndex || word[word.index(before: start)] != "$" else {
                    continue
                }
                let choices = inside.split(separator: ",", omittingEmptySubsequences: false)
                return (word[..<start], choices, word[word.index(after: index)...])
            default: break
            }
        }
        return nil
    }
}
