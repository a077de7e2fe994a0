"""Search files for text that must not be readable in them: raw, encoded and compressed."""

from __future__ import annotations

import base64
import bz2
import contextlib
import gzip
import lzma
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ZLIB_HEADS: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_MOST_INFLATED: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class Leak:
    """A marker, readable in a file."""

    marker: str
    path: Path
    how: str


def forms(marker: str) -> dict[str, bytes]:
    """Return the ways in which `marker` could stand in a file."""
    raw = marker.encode()
    found = {
        "utf-8": raw,
        "utf-16-le": marker.encode("utf-16-le"),
        "utf-16-be": marker.encode("utf-16-be"),
        "hex": raw.hex().encode(),
    }
    for shift in range(3):
        # The characters that do not depend on what stands before and after.
        whole = base64.b64encode(b"\0" * shift + raw)
        first, last = -(-shift * 4 // 3), len(whole) - 4 if (shift + len(raw)) % 3 else len(whole)
        found[f"base64+{shift}"] = whole[first:last]
    return found


def search(markers: Iterable[str], folders: Iterable[Path]) -> list[Leak]:
    """Return every marker that is readable in a file of `folders`, at any depth."""
    wanted = {marker: forms(marker) for marker in markers}
    leaks: list[Leak] = []
    for folder in folders:
        paths = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for path in paths:
            if path.is_file() and not path.is_symlink():
                for layer, content in layers(path.read_bytes()):
                    leaks += [
                        Leak(marker, path, f"{layer} {how}")
                        for marker, ways in wanted.items()
                        for how, needle in ways.items()
                        if needle in content
                    ]
    return leaks


def layers(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the content, then whatever can be decompressed in it."""
    yield "raw", content
    for name, unpack in (("gzip", gzip.decompress), ("bz2", bz2.decompress)):
        try:
            yield name, unpack(content)
        except (OSError, EOFError, ValueError, zlib.error):
            continue
    with contextlib.suppress(lzma.LZMAError):
        yield "xz", lzma.decompress(content)
    for head in _ZLIB_HEADS:
        at = content.find(head)
        while at >= 0:
            inflater = zlib.decompressobj()
            try:
                inflated = inflater.decompress(content[at:], _MOST_INFLATED)
            except zlib.error:
                inflated = b""
            if len(inflated) > len(head):
                yield f"zlib@{at}", inflated
            at = content.find(head, at + 1)
