"""What goes into the PDF door and comes out of it. Nothing here knows PyMuPDF."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Quad


@dataclass(frozen=True)
class SealedSource:
    """A sealed file; the worker opens it by itself, into its own memory."""

    path: Path
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class BytesSource:
    """A document that is in memory already. It stays there until the document is closed."""

    data: bytes = field(repr=False)


Source: TypeAlias = SealedSource | BytesSource


@dataclass(frozen=True)
class OutlineEntry:
    """One line of a document's own table of contents.

    Attributes:
        level: 1 for the outermost.
        page: counts from 0; -1 when it leads nowhere.
    """

    level: int
    title: str
    page: int


@dataclass(frozen=True)
class DocumentFacts:
    """What is known of a document once it is open.

    Attributes:
        handle: names it in every later call.
        page_boxes: one for each page.
        needs_password: it opened with the password that was given.
        encrypted: it is encrypted, perhaps with an empty password.
        repaired: its structure was damaged; something may be missing.
    """

    handle: int
    pages: int
    page_boxes: tuple[PageBox, ...]
    outline: tuple[OutlineEntry, ...]
    needs_password: bool
    encrypted: bool
    repaired: bool


@dataclass(frozen=True)
class PageImage:
    """A picture of a page or of a part of it: rows of red, green, blue bytes (QImage's RGB888).

    Attributes:
        x, y: where its upper left corner stands, in pixels of the whole page at `zoom`.
        stride: bytes from one row to the next.
        zoom: pixels for one point of view space; lower than asked for where the picture would
            have had over 25 million pixels.
    """

    page: int
    x: int
    y: int
    width: int
    height: int
    stride: int
    zoom: float
    rgb: bytes = field(repr=False)


@dataclass(frozen=True)
class Hit:
    """A place where something was found: one quad a line, in PDF user space."""

    page: int
    quads: tuple[Quad, ...]
    snippet: str


@dataclass(frozen=True)
class Link:
    """A link that is safe to follow once the person agreed.

    Attributes:
        quad: where it stands, in PDF user space.
        uri: http, https or mailto; empty for a link within the document.
        page: where a link within the document leads, from 0; -1 for others.
    """

    quad: Quad
    uri: str
    page: int = -1
