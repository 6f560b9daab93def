/// The text of an identifier: a prefix that tells its kind, and 32 hexadecimal digits, 128 random bits.
enum RandomIdentifier {
    static func text(prefix: String, using generator: inout some RandomNumberGenerator) -> String {
        let high = UInt64.random(in: .min ... .max, using: &generator)
        let low = UInt64.random(in: .min ... .max, using: &generator)
        return prefix + hexadecimal(high) + hexadecimal(low)
    }

    /// Whether `text` has the form of an identifier with this prefix.
    static func isValid(_ text: String, prefix: String) -> Bool {
        text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + 32
            && text.utf8.dropFirst(prefix.utf8.count).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
