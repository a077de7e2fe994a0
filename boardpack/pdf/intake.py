"""What a secretariat must know of a file before sending it. `PdfWorker.examine` finds it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from boardpack.domain.dossier import PDF

HEAD_SIZE: Final = 1024
"""Bytes that tell a file's kind; a PDF may have that much before its own header (annex H of
ISO 32000-1's implementation notes)."""

_ZIP: Final = "application/zip"
_UNKNOWN: Final = "application/octet-stream"
_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"PK\x03\x04", _ZIP),
)
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument."
_OFFICE_BY_SUFFIX: Final = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True)
class PageSize:
    """How many pages have a size, as shown, in whole millimetres."""

    width_mm: int
    height_mm: int
    pages: int


@dataclass(frozen=True)
class PdfFacts:
    """What was found out about one file.

    Attributes:
        media_type: by content, not by name; the rest is zero or empty unless it is a PDF.
        sha256: 64 lower-case hexadecimal characters.
        problem: code of the error that opening it raises (`pdf.password_protected`,
            `pdf.damaged`, `pdf.document_hung`, `pdf.too_heavy`, `pdf.worker_died`); empty when it
            opens.
        encrypted: whether a password is needed or not.
        damaged: it cannot be opened, or a page of it cannot be read.
        repaired: it opens, but its structure was damaged.
        pages_without_text: scans and pictures: nothing to search or to read aloud in them.
        has_javascript: scripts, or links that run one.
        has_launch: it asks to start a program or to open another file.
        page_sizes: most frequent first.
    """

    media_type: str
    size: int
    sha256: str
    problem: str = ""
    pages: int = 0
    encrypted: bool = False
    damaged: bool = False
    repaired: bool = False
    pages_without_text: int = 0
    has_signatures: bool = False
    has_javascript: bool = False
    has_launch: bool = False
    has_attachments: bool = False
    page_sizes: tuple[PageSize, ...] = ()
    title: str = ""

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF, readable or not."""
        return self.media_type == PDF


def sniff(head: bytes, suffix: str) -> str:
    """Return the media type of a file.

    Args:
        head: its first `HEAD_SIZE` bytes.
        suffix: of its name; it only tells the packages of an office suite apart.
    """
    if b"%PDF-" in head:
        return PDF
    kind = next((kind for start, kind in _STARTS if head.startswith(start)), "")
    if kind == _ZIP:
        return _package(head, suffix)
    return kind or _plain(head)


def _package(head: bytes, suffix: str) -> str:
    at = head.find(_OPEN_DOCUMENT)
    if at >= 0:
        start = at + len(b"mimetype")
        return head[start : head.find(b"PK", start)].decode("ascii", "replace")
    return _OFFICE_BY_SUFFIX.get(suffix.lower(), _ZIP)


def _plain(head: bytes) -> str:
    if not head or b"\0" in head:
        return _UNKNOWN
    try:
        head[:-3].decode()  # the last character may be cut
    except UnicodeDecodeError:
        return _UNKNOWN
    return "text/plain"
