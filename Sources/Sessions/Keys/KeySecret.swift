import Crypto

/// A key itself: `sm_` and 40 letters and digits, 200 random bits. It exists while it is handed out, and is never kept.
package struct KeySecret: Sendable {
    package let text: String

    /// The alphabet of RFC 4648's base 32, in lower case.
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    package init(using generator: inout some RandomNumberGenerator) {
        let letters = (0..<40).map { _ in Self.alphabet[Int.random(in: 0..<32, using: &generator)] }
        text = "sm_" + String(decoding: letters, as: UTF8.self)
    }

    package var digest: KeyDigest { KeyDigest(of: text) }
    /// Enough to tell one's keys apart; leaves 170 bits unsaid.
    package var hint: String { String(text.prefix(9)) }
}

/// The SHA-256 of a key: what is kept of it. A key has so many random bits that nothing slower is needed.
package struct KeyDigest: Sendable {
    /// 32 of them.
    package let bytes: [UInt8]

    package init(of secret: String) { bytes = Array(SHA256.hash(data: Array(secret.utf8))) }

    /// Nil unless there are 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Where a table looks for it.
    var index: UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// Whether both are the same, in a time that does not tell where they differ.
    package func matches(_ other: KeyDigest) -> Bool {
        zip(bytes, other.bytes).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
