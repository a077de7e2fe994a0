"""A file in terms of another by Zstandard: what ``zstd --patch-from`` writes and reads.

Both ends hold the base and a window over base and file in memory: for small files only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sync.delta import zstd
from sync.delta.content import Content
from sync.delta.errors import BadDeltaError
from sync.delta.matching import Source

#: Of the file and of its base, each.
MOST_BYTES: Final = 32 * 1024 * 1024
#: 2**26 bytes hold both.
_WINDOW_LOG: Final = 26


def make(old: Source, new: Source) -> bytes | None:
    """Return the patch, None when one of the two is too large."""
    if max(len(old), len(new)) > MOST_BYTES:
        return None
    return zstd.compress(new[:], base=old[:], window_log=_WINDOW_LOG)


def apply(artefact: Content, old: Content, size: int, start: int = 0) -> Iterator[bytes]:
    """Yield the new file's bytes from `start` on.

    Raises:
        BadDeltaError: malformed, too large, or not `size` bytes.
    """
    if max(old.size, size) > MOST_BYTES:
        raise BadDeltaError(reason="size")
    # Nobody but the decompressor keeps the base: it copies it.
    base = [old.read_at(0, old.size)]
    pieces = zstd.pieces(artefact, start=0, window_log=_WINDOW_LOG, base=base.pop())
    yield from rest(pieces, size, start)


def rest(pieces: Iterator[bytes], size: int, start: int) -> Iterator[bytes]:
    """Yield what comes from `start` on of pieces that must be `size` bytes in all.

    Raises:
        BadDeltaError: they are fewer or more.
    """
    done = 0
    for piece in pieces:
        done += len(piece)
        if done > size:
            raise BadDeltaError(reason="longer")
        if done > start:
            yield piece[max(0, len(piece) - (done - start)) :]
    if done < size:
        raise BadDeltaError(reason="shorter")
