"""Files as a secretariat drops them: digest, kind, and what a PDF holds."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Container
from pathlib import Path
from typing import Final

from boardpack.annotation.geometry import PageBox
from boardpack.pdf.engine.document import boxes, is_encrypted, unlock
from boardpack.pdf.engine.door import (
    ENGINE_ERRORS,
    WORD_FLAGS,
    Native,
    pymupdf,
    text_page,
    translated,
)
from boardpack.pdf.errors import PageDamagedError, UnreadableFileError
from boardpack.pdf.intake import HEAD_SIZE, PageSize, sniff
from boardpack.pdf.wire import Digested, Inspected

_CHUNK: Final = 4 * 1024 * 1024
_OBJECTS: Final = 5000
_MM_PER_POINT: Final = 25.4 / 72
_SIGNATURES_EXIST: Final = 1
#: Marks in the source of objects (names of ISO 32000-1 §12.6.4, §7.11.3, §12.8).
_MARKS: Final = {
    "script": ("/JavaScript", "/JS", "(javascript:"),
    "launch": ("/Launch",),
    "file": ("/EF<<", "/EmbeddedFiles"),
    "signature": ("/ByteRange",),
}


def digest(path: Path, advance: Callable[[int], None]) -> Digested:
    """Read a file once; `advance(-1)` is called from time to time.

    Raises:
        UnreadableFileError: the disk does not give it.
    """
    seen, size, head = hashlib.sha256(), 0, b""
    try:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(_CHUNK):
                head = head or chunk[:HEAD_SIZE]
                size += len(chunk)
                seen.update(chunk)
                advance(-1)
    except OSError as error:
        raise UnreadableFileError(name=path.name) from error
    return Digested(sniff(head, path.suffix), size, seen.hexdigest())


def inspect(path: Path, skip: Container[int], advance: Callable[[int], None]) -> Inspected:
    """Look into a PDF, except the pages in `skip`; `advance(page)` is called before each page.

    Raises:
        PasswordProtectedError, DamagedPdfError, TooHeavyError: as when it is opened to be read.
    """
    with translated():
        pdf = pymupdf.open(os.fspath(path), filetype="pdf")
    try:
        with translated():
            unlock(pdf, "")
            shapes = boxes(pdf)
            found = marks(pdf, advance)
            signed = has_signatures(pdf, found)
            title = str((pdf.metadata or {}).get("title") or "").strip()
        blank, broken = _pages_without_text(pdf, skip, advance)
        return Inspected(
            pages=len(shapes),
            encrypted=is_encrypted(pdf),
            damaged=broken > 0,
            repaired=bool(pdf.is_repaired),
            pages_without_text=blank,
            has_signatures=signed,
            has_javascript="script" in found,
            has_launch="launch" in found,
            has_attachments="file" in found,
            page_sizes=_sizes(shapes),
            title=title,
        )
    finally:
        pdf.close()


def marks(pdf: Native, advance: Callable[[int], None]) -> set[str]:
    """Return what the objects tell of: keys of `_MARKS`; `advance(-1)` is called now and then."""
    found: set[str] = set()
    for number in range(1, pdf.xref_length()):
        if number % _OBJECTS == 0:
            advance(-1)
        try:
            source = pdf.xref_object(number, compressed=True)
        except ENGINE_ERRORS:
            # One broken object: the pages tell whether it matters.
            continue
        found |= {mark for mark, words in _MARKS.items() if any(word in source for word in words)}
    return found


def has_signatures(pdf: Native, found: Container[str]) -> bool:
    """Whether a document is signed, by its form (ISO 32000-1 table 219) or by `found` marks."""
    flags = int(pdf.get_sigflags())
    return "signature" in found or (flags > 0 and bool(flags & _SIGNATURES_EXIST))


def _pages_without_text(
    pdf: Native, skip: Container[int], advance: Callable[[int], None]
) -> tuple[int, int]:
    """Return how many pages have no text, and how many cannot be read (those in `skip` too)."""
    blank = broken = 0
    for number in range(pdf.page_count):
        if number in skip:
            broken += 1
            continue
        advance(number)
        try:
            with translated(number):
                page = pdf.load_page(number)
                blank += not str(text_page(page, WORD_FLAGS).extractText()).strip()
        except PageDamagedError:
            broken += 1
    return blank, broken


def _sizes(shapes: tuple[PageBox, ...]) -> tuple[PageSize, ...]:
    counted = Counter(
        (round(box.width * _MM_PER_POINT), round(box.height * _MM_PER_POINT)) for box in shapes
    )
    return tuple(PageSize(*size, pages) for size, pages in counted.most_common())
