"""Flate streams of PDF (ISO 32000-2 §7.4.4; RFC 1950): found, inflated, deflated again exactly.

Deflating is not standardised: the bytes depend on the library and its settings. What stock zlib
made, stock zlib makes again with the same level and memory level; other libraries differ (zlib-ng
in some builds of Python), which `probe` finds out.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from sync.delta.content import PIECE


class Setting(NamedTuple):
    """How a stream was deflated."""

    level: int
    memory_level: int


#: Every level with the two memory levels in use; a delta names them by their place here.
SETTINGS: Final = tuple(Setting(level, memory) for level in range(1, 10) for memory in (8, 9))
_BEGIN: Final = re.compile(rb"stream\r?\n")
_HEADER: Final = 2
#: CMF: deflate in a window of 32 KiB, which is what every producer writes.
_CMF: Final = 0x78
_FED: Final = 64 * 1024
#: A file whose streams so often in a row come from another library has none of ours.
MOST_MISSES: Final = 3


@dataclass(frozen=True)
class Stream:
    """A deflated stream: where it stands, and what is in it."""

    begin: int
    end: int
    content: bytes


def inflate(data: bytes, begin: int, most: int) -> Stream | None:
    """Return the stream at `begin`, None when there is none, it is damaged, or larger than `most`.

    The result is the same with every library: inflating is standardised.
    """
    if not _is_header(data[begin : begin + _HEADER]):
        return None
    inflater, parts, size = zlib.decompressobj(), [], 0
    view, at = memoryview(data), begin
    try:
        while not inflater.eof:
            # No more than allowed, plus a byte that tells: a bomb is not inflated to know it.
            fed = inflater.unconsumed_tail or view[at : at + _FED]
            if not inflater.unconsumed_tail:
                at += len(fed)
            if not fed:
                return None
            part = inflater.decompress(fed, most - size + 1)
            size += len(part)
            if size > most:
                return None
            parts.append(part)
    except zlib.error:
        return None
    return Stream(begin, at - len(inflater.unused_data), b"".join(parts))


def _is_header(head: bytes) -> bool:
    return len(head) == _HEADER and head[0] == _CMF and int.from_bytes(head) % 31 == 0


def streams(data: bytes, most: int) -> Iterator[Stream]:
    """Yield the streams of a PDF in their order, `most` bytes of content in all."""
    found = _BEGIN.search(data)
    while found is not None:
        stream = inflate(data, found.end(), most)
        if stream is not None:
            most -= len(stream.content)
            yield stream
        found = _BEGIN.search(data, stream.end if stream else found.end())


def deflated(pieces: Iterable[bytes], setting: Setting) -> Iterator[bytes]:
    """Yield the deflated stream of content that comes cut into `PIECE`s, the last one shorter.

    Where zlib stores a block as it is may depend on how the content was cut, so both ends cut it
    alike.
    """
    deflater = zlib.compressobj(setting.level, zlib.DEFLATED, zlib.MAX_WBITS, setting.memory_level)
    for piece in pieces:
        yield deflater.compress(piece)
    yield deflater.flush()


def deflate(content: bytes, setting: Setting) -> bytes:
    """Return the deflated stream of the whole content."""
    cut = (content[start : start + PIECE] for start in range(0, len(content), PIECE))
    return b"".join(deflated(cut, setting))


class Settings:
    """Finds how the streams of one file were deflated; gives up on a file of another library."""

    def __init__(self) -> None:
        self._likely = list(SETTINGS)
        self._misses = 0

    def of(self, data: bytes, stream: Stream) -> Setting | None:
        """Return the setting that makes the very bytes again, None when none does."""
        if self._misses >= MOST_MISSES:
            return None
        deflated = data[stream.begin : stream.end]
        for setting in self._likely:
            if _names(deflated, setting.level) and deflate(stream.content, setting) == deflated:
                self._misses = 0
                self._likely.remove(setting)
                self._likely.insert(0, setting)
                return setting
        self._misses += 1
        return None


def _names(deflated: bytes, level: int) -> bool:
    """Whether the header's FLEVEL is the one that zlib writes for `level`."""
    return deflated[1] >> 6 == (0 if level < 2 else 1 if level < 6 else 2 if level == 6 else 3)  # noqa: PLR2004
