/// An entry of the Common Weakness Enumeration (cwe.mitre.org), written `CWE-78`.
package struct CWE: Hashable, Sendable, CustomStringConvertible {
    package let number: Int

    package init(number: Int) { self.number = number }

    /// Reads `CWE-78`; nil for anything else.
    package init?(_ text: String) {
        guard text.hasPrefix("CWE-"), let number = Int(text.dropFirst(4)), number > 0, "CWE-\(number)" == text else {
            return nil
        }
        self.number = number
    }

    package var description: String { "CWE-\(number)" }
}
