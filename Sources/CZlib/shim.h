#pragma once
#include <zlib.h>
/* deflateInit2 and inflateInit2 are macros, which Swift does not import. */
static inline int czlib_deflate_init(z_stream *s, int level, int bits) {
    return deflateInit2(s, level, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
}
static inline int czlib_inflate_init(z_stream *s, int bits) { return inflateInit2(s, bits); }
