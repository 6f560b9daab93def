extension FactCollector {
    /// Notes a constant text, and the text that it holds in base64.
    mutating func addText(_ text: String, at range: Range<Int>) {
        add(.str, text, at: range)
        if let hidden = EncodedText.hidden(in: text) { add(.decoded, hidden, at: range) }
    }
}
