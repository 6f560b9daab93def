// zlib's compressor behind one call: `deflateInit2` and its constants are macros, which Swift does not see.
#ifndef CZLIB_H
#define CZLIB_H

#include <stddef.h>
#include <zlib.h>

/// The most bytes that `czlib_gzip` writes for `length` bytes: deflate's bound, and gzip's header and trailer.
static inline size_t czlib_gzip_bound(size_t length) { return compressBound(length) + 32; }

/// Writes `source` as one gzip member (RFC 1952) and answers its length; 0 when zlib fails or `target` is too small.
static inline size_t czlib_gzip(const unsigned char *source, size_t length, unsigned char *target, size_t capacity) {
    z_stream stream = {0};
    const int gzip_window = 15 + 16, memory_level = 9;
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
        return 0;
    }
    stream.next_in = (Bytef *)source;
    stream.avail_in = (uInt)length;
    stream.next_out = target;
    stream.avail_out = (uInt)capacity;
    int result = deflate(&stream, Z_FINISH);
    size_t written = capacity - stream.avail_out;
    deflateEnd(&stream);
    return result == Z_STREAM_END ? written : 0;
}

#endif
