/// Names one session: `ses_` and 32 hexadecimal digits.
package struct SessionID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// A new identifier.
    package init(using generator: inout some RandomNumberGenerator) {
        description = RandomIdentifier.text(prefix: "ses_", using: &generator)
    }

    /// Nil unless `text` has the form of an identifier.
    package init?(_ text: String) {
        guard RandomIdentifier.isValid(text, prefix: "ses_") else { return nil }
        description = text
    }
}
