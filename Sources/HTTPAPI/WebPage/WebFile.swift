import CZlib
import NIOCore

/// One file of the page, ready to be sent.
struct WebFile: Sendable {
    let type: MediaType
    let plain: ByteBuffer
    /// The same in gzip, where that is smaller.
    let compressed: ByteBuffer?
    /// Without quotes; tells this content from any other that the file ever had.
    let version: String

    init(type: MediaType, bytes: [UInt8], compressed: [UInt8]? = nil) throws {
        self.type = type
        plain = ByteBuffer(bytes: bytes)
        self.compressed = try (compressed ?? (type.isCompressible ? Gzip.compress(bytes) : nil)).map {
            ByteBuffer(bytes: $0)
        }
        version = Self.version(of: bytes)
    }

    /// Checksum and length: the files are our own, nobody looks for collisions.
    private static func version(of bytes: [UInt8]) -> String {
        let checksum = crc32(0, bytes, UInt32(bytes.count))
        return "\(String(checksum, radix: 16))-\(String(bytes.count, radix: 16))"
    }
}
