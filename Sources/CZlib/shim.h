// The system's zlib; what it declares as macros with hidden sizes Swift cannot call.
#pragma once
#include <zlib.h>

/// deflateInit2 with a gzip header.
static inline int zlib_deflate_gzip(z_streamp stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
/// inflateInit2 that expects a gzip header.
static inline int zlib_inflate_gzip(z_streamp stream) { return inflateInit2(stream, 15 + 16); }
