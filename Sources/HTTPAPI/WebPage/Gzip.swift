import CZlib

/// Compression of what is sent again and again, done once.
enum Gzip {
    /// Below this a gzip header costs more than it saves.
    private static let least = 512
    /// Larger files come compressed from set-up; nothing here may hold up the start.
    private static let most = 4 << 20

    /// The bytes as one gzip member (RFC 1952); nil when that would not be smaller.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard (least...most).contains(bytes.count) else { return nil }
        let compressed = [UInt8](unsafeUninitializedCapacity: czlib_gzip_bound(bytes.count)) { buffer, count in
            count = czlib_gzip(bytes, bytes.count, buffer.baseAddress!, buffer.count)
        }
        return compressed.isEmpty || compressed.count >= bytes.count ? nil : compressed
    }
}
