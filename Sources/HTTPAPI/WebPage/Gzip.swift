import Sessions

/// Compression of what is sent again and again, done once.
enum Gzip {
    /// Below this a gzip header costs more than it saves.
    private static let least = 512
    /// Larger files come compressed from set-up; nothing here may hold up the start.
    private static let most = 4 << 20

    /// The bytes as one gzip member (RFC 1952); nil when that would not be smaller.
    static func compress(_ bytes: [UInt8]) throws -> [UInt8]? {
        guard (least...most).contains(bytes.count) else { return nil }
        let compressed = try GzipCompressor(level: 9).compress(bytes, isLast: true)
        return compressed.count >= bytes.count ? nil : compressed
    }
}
