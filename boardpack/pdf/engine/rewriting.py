"""A document written anew before its first signature, when its structure forbids signing.

Word saves "hybrid" files (ISO 32000-1 §7.5.8.4): a cross-reference table for old programs beside
a stream for newer ones, so two readers may see two documents. Written anew, there is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from boardpack.pdf.engine import inspection
from boardpack.pdf.engine.document import OpenedDocument, is_encrypted
from boardpack.pdf.engine.door import translated
from boardpack.pdf.engine.pictures import Pictures
from boardpack.pdf.errors import (
    NotRewritableError,
    PasswordProtectedError,
    TooHeavyError,
    UnreadableFileError,
)
from boardpack.pdf.wire import MOST_REWRITTEN, RenderPage

_BEFORE, _AFTER = 0, 1


def rewrite(path: Path, sha256: str, advance: Callable[[int], None]) -> bytes:
    """Return the document written anew, the same for the same file; `advance` tells each page.

    Args:
        path: of the file, which is left as it is.
        sha256: the digest that it must have; any when empty.
        advance: called with each page that is compared, and -1 in between.

    Raises:
        UnreadableFileError: the disk does not give it, or another file than that.
        NotPdfError, DamagedPdfError, PageDamagedError, TooHeavyError: it cannot be read.
        PasswordProtectedError: it is encrypted, whether a password is needed or not.
        NotRewritableError: it is signed, or would not be the same afterwards.
    """
    data = _read(path, sha256)
    before = OpenedDocument(data)
    try:
        _refuse(before, data, advance)
        with translated():
            # Numbered anew (garbage=2): MuPDF writes generation 65536 for free objects of 65535,
            # which no strict reader takes.
            written = bytes(before.pdf.tobytes(garbage=2, use_objstms=0, no_new_id=True))
        if len(written) > MOST_REWRITTEN:
            raise TooHeavyError
        _compare(before, written, advance)
        return written
    finally:
        before.close()


def _read(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(name=path.name) from error
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise UnreadableFileError(name=path.name)
    return data


def _refuse(document: OpenedDocument, data: bytes, advance: Callable[[int], None]) -> None:
    with translated():
        if is_encrypted(document.pdf):
            raise PasswordProtectedError
        marks = inspection.marks(document.pdf, advance)
        # The bytes tell of signatures that a later revision dropped: those never stand in a
        # compressed object (ISO 32000-1 §12.8.1, ByteRange).
        if b"/ByteRange" in data or inspection.has_signatures(document.pdf, marks):
            raise NotRewritableError


def _compare(before: OpenedDocument, written: bytes, advance: Callable[[int], None]) -> None:
    """Refuse what is not the same in every page: boxes, words, picture."""
    after, pictures = OpenedDocument(written), Pictures()
    try:
        same = before.facts(0) == after.facts(0)
        for number in range(before.pages if same else 0):
            advance(number)
            same = same and before.words(number) == after.words(number)
            same = same and _picture(pictures, before, _BEFORE, number) == _picture(
                pictures, after, _AFTER, number
            )
        # MuPDF repairs a document when it meets the damage: perhaps on its last page.
        if not same or before.pdf.is_repaired or after.pdf.is_repaired:
            raise NotRewritableError
    finally:
        after.close()


def _picture(pictures: Pictures, document: OpenedDocument, which: int, number: int) -> bytes:
    _, pixmap = pictures.draw(document, RenderPage(which, number, 1.0))
    pictures.forget(which)
    return bytes(pixmap.samples_mv)
