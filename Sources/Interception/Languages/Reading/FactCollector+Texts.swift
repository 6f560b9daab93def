extension FactCollector {
    /// Notes a constant text, and what it holds in base64.
    mutating func add(text: String, at range: Range<Int>) {
        add(.str, text, at: range)
        if let hidden = Encodings.hidden(in: text) { add(.decoded, hidden, at: range) }
    }
}
