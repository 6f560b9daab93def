/// What bounds the folding of constants, in every language.
enum Folding {
    /// Most bytes of a folded text: programs can double a text with every line.
    static let textLength = 64 << 10
    /// How deep expressions are followed. Long chains of one operator are followed in a loop and do not count.
    static let depth = 40
    /// Most elements of a list or call that are looked at.
    static let elements = 4_096

    /// Texts joined; nil when one is missing, the whole is too long, or the budget has nothing left for it.
    static func join(_ parts: [String?], separator: String = "", budget: AnalysisBudget? = nil) -> String? {
        var joined = ""
        for (index, part) in parts.enumerated() {
            guard let part, joined.utf8.count + part.utf8.count + separator.utf8.count <= textLength else { return nil }
            if index > 0 { joined += separator }
            joined += part
        }
        if let budget, !budget.spend(textOf: joined.utf8.count) { return nil }
        return joined
    }
}
