/// What an identifier names, told by how its text begins.
package protocol IdentifierKind {
    static var prefix: String { get }
}

/// Names one thing: the prefix of its kind, and 32 hexadecimal digits, 128 random bits.
package struct Identifier<Kind: IdentifierKind>: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// A new identifier.
    package init(using generator: inout some RandomNumberGenerator) {
        let high = UInt64.random(in: .min ... .max, using: &generator)
        let low = UInt64.random(in: .min ... .max, using: &generator)
        description = Kind.prefix + Self.hexadecimal(high) + Self.hexadecimal(low)
    }

    /// Nil unless `text` has the form of an identifier of this kind.
    package init?(_ text: String) {
        let prefix = Kind.prefix
        guard text.hasPrefix(prefix), text.utf8.count == prefix.utf8.count + 32,
            text.utf8.dropFirst(prefix.utf8.count).allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        description = text
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

package enum ExecutionKind: IdentifierKind { package static let prefix = "run_" }
package enum SessionKind: IdentifierKind { package static let prefix = "ses_" }
package enum TerminalKind: IdentifierKind { package static let prefix = "term_" }
package enum KeyKind: IdentifierKind { package static let prefix = "key_" }

package typealias ExecutionID = Identifier<ExecutionKind>
package typealias SessionID = Identifier<SessionKind>
package typealias TerminalID = Identifier<TerminalKind>
/// Names a key, without being it.
package typealias KeyID = Identifier<KeyKind>
