import CZlib

/// Compresses a stream as gzip (RFC 1952). Belongs to one owner that uses it from one place at a time.
package final class GzipCompressor {
    private var stream = z_stream()

    /// `level` from 1, the fastest, to 9.
    package init(level: Int32) throws(GzipFailure) {
        guard zlib_deflate_gzip(&stream, level) == Z_OK else { throw GzipFailure.noMemory }
    }

    deinit { deflateEnd(&stream) }

    /// What comes out for `input`, which may be nothing yet; with `isLast` all of it.
    package func compress(_ input: [UInt8], isLast: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        var input = input
        input.withUnsafeMutableBufferPointer { bytes in
            stream.next_in = bytes.baseAddress
            stream.avail_in = UInt32(bytes.count)
            repeat {
                output += [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                    stream.next_out = buffer.baseAddress
                    stream.avail_out = UInt32(buffer.count)
                    // With room for output and valid arguments deflate cannot fail (zlib.h).
                    deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    count = buffer.count - Int(stream.avail_out)
                }
            } while stream.avail_out == 0
            stream.next_in = nil
        }
        return output
    }
}

/// Takes a gzip stream apart, in pieces of bounded size. Belongs to one owner that uses it from one place at a time.
final class GzipDecompressor {
    private var stream = z_stream()
    /// A member has begun that has not ended.
    private(set) var isInside = false
    private(set) var consumed = 0
    private(set) var produced = 0

    init() throws(GzipFailure) {
        guard zlib_inflate_gzip(&stream) == Z_OK else { throw GzipFailure.noMemory }
    }

    deinit { inflateEnd(&stream) }

    /// At most `limit` bytes of output for some of `input`, of which what was used is removed. Call until that is empty and
    /// the output is too. Several members one after the other are one stream.
    func decompress(_ input: inout ArraySlice<UInt8>, limit: Int) throws(GzipFailure) -> [UInt8] {
        var result = Z_OK
        var used = 0
        let available = input.count
        // What inflate does not use is copied again by the next call: so little is given at once.
        var bytes = Array(input.prefix(16 << 10))
        let output = bytes.withUnsafeMutableBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                if !source.isEmpty { isInside = true }
                result = inflate(&stream, Z_NO_FLUSH)
                used = source.count - Int(stream.avail_in)
                count = buffer.count - Int(stream.avail_out)
                stream.next_in = nil
            }
        }
        input = input.dropFirst(used)
        consumed += used
        produced += output.count
        switch result {
        case Z_OK: break
        // No progress is possible: all input is used and no output waits.
        case Z_BUF_ERROR where available == used: break
        case Z_STREAM_END:
            isInside = false
            inflateReset(&stream)
        default: throw GzipFailure.damaged
        }
        return output
    }
}

package enum GzipFailure: Error, Hashable {
    case noMemory
    case damaged
}
