"""The only door to Zstandard (RFC 8878): the standard library's since 3.14, its backport before."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from sync.delta.content import PIECE, Content
from sync.delta.errors import BadDeltaError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: 3 saves half of the time and makes patches half as large again; 19 takes ten times as long.
_LEVEL: Final = 9
_LEAST_WINDOW: Final = 10
#: The library takes no shorter dictionary.
_SHORTEST_BASE: Final = 8
_C = zstd.CompressionParameter
_D = zstd.DecompressionParameter


def compress(data: bytes, *, window_log: int, base: bytes = b"") -> bytes:
    """Return one frame with `data`, in a window of at most 2**`window_log` bytes.

    With `base` it is what ``zstd --patch-from`` writes: `data` in terms of `base`.
    """
    needed = (len(base) + len(data)).bit_length()
    options: dict[int, int] = {
        _C.compression_level: _LEVEL,
        _C.window_log: max(_LEAST_WINDOW, min(window_log, needed)),
    }
    if base:
        options[_C.enable_long_distance_matching] = 1
    prefix = zstd.ZstdDict(base, is_raw=True).as_prefix if len(base) >= _SHORTEST_BASE else None
    return zstd.compress(data, options=options, zstd_dict=prefix)


def pieces(
    frame: Content, *, start: int, window_log: int, base: bytes | bytearray = b""
) -> Iterator[bytes]:
    """Return the content of the frame that begins at `start`, at most `PIECE` bytes at a time.

    Raises:
        BadDeltaError: while it is read: no frame, a damaged or cut one, one that asks for a larger
            window, or more bytes after it.
    """
    prefix = zstd.ZstdDict(base, is_raw=True).as_prefix if len(base) >= _SHORTEST_BASE else None
    return _pieces(frame, start, zstd.ZstdDecompressor(prefix, {_D.window_log_max: window_log}))


def _pieces(frame: Content, at: int, decompressor: zstd.ZstdDecompressor) -> Iterator[bytes]:
    try:
        while not decompressor.eof:
            data = frame.read_at(at, PIECE) if decompressor.needs_input else b""
            if decompressor.needs_input and not data:
                raise BadDeltaError(reason="cut")
            at += len(data)
            piece = decompressor.decompress(data, max_length=PIECE)
            if piece:
                yield piece
    except zstd.ZstdError as error:
        raise BadDeltaError(reason="frame") from error
    if decompressor.unused_data or at < frame.size:
        raise BadDeltaError(reason="trailing bytes")
