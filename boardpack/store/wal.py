"""Reading a journal (WAL) by itself: is it whole, cut, or not one at all?

The format is SQLite's (https://www.sqlite.org/fileformat2.html#walformat): a header of 32 bytes,
then frames of 24 bytes and a page. Salts of the header stand in each frame of its generation, and a
running checksum covers all of them. SQLite stops at the first frame that does not fit: what follows
is lost to it.
"""

from __future__ import annotations

import struct
from enum import StrEnum
from pathlib import Path
from typing import Final

from boardpack.store.errors import disk_error

PAGE: Final = 4096
_HEADER: Final = struct.Struct(">8I")
_FRAME: Final = struct.Struct(">6I")
_STEP: Final = _FRAME.size + PAGE
_MAGIC: Final = 0x377F0682
_MASK: Final = 0xFFFFFFFF


class JournalState(StrEnum):
    """What a journal is."""

    NONE = "none"
    WHOLE = "whole"
    CUT = "cut"
    NOISE = "noise"


def examine(path: Path) -> JournalState:
    """Return the state of the journal at `path`.

    Raises:
        DiskRefusedError: the disk does not give it.
    """
    try:
        data = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise disk_error(error) from error
    if not data:
        return JournalState.NONE
    if len(data) < _HEADER.size:
        return JournalState.NOISE
    header = _HEADER.unpack_from(data)
    big_endian = header[0] & 1
    if header[0] & ~1 != _MAGIC or header[2] != PAGE:
        return JournalState.NOISE
    order = ">" if big_endian else "<"
    sums = _add((0, 0), data[:24], order)
    if sums != header[6:8]:
        return JournalState.NOISE
    return _frames(data, header[4:6], sums, order)


def _frames(data: bytes, salts: tuple[int, ...], sums: tuple[int, int], order: str) -> JournalState:
    at = _HEADER.size
    while at < len(data):
        if at + _FRAME.size > len(data):
            return JournalState.CUT
        frame = _FRAME.unpack_from(data, at)
        if frame[2:4] != salts:
            # Left over from before the journal was last begun again.
            return JournalState.WHOLE
        if at + _STEP > len(data):
            return JournalState.CUT
        sums = _add(sums, data[at : at + 8], order)
        sums = _add(sums, data[at + _FRAME.size : at + _STEP], order)
        if sums != frame[4:6]:
            return JournalState.CUT
        at += _STEP
    return JournalState.WHOLE


def _add(sums: tuple[int, int], data: bytes, order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _MASK
        second = (second + odd + first) & _MASK
    return first, second
