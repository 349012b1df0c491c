#pragma once
#include <zlib.h>

// A macro in zlib. 15 bits of window are the most there are, 16 more mean gzip and nothing else.
static inline int czlib_begin_gunzip(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}
