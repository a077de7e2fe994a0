"""Text and links of pages."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from boardpack.annotation.anchor import line_quads
from boardpack.annotation.note import Box, Quad
from boardpack.annotation.text import snippet
from boardpack.pdf.engine.document import OpenedDocument
from boardpack.pdf.engine.door import mupdf, translated
from boardpack.pdf.values import Hit, Link

_SAFE_SCHEMES: Final = frozenset(("http", "https", "mailto"))
MOST_LINKS: Final = 2000


def find(document: OpenedDocument, number: int, query: str) -> list[Hit]:
    """Return where `query` stands on a page.

    Raises:
        PageDamagedError: it cannot be read.
    """
    index = document.index(number)
    return [
        Hit(number, line_quads(index.words[where.start : where.end]), snippet(index.words, where))
        for where in index.find(query)
    ]


def links(document: OpenedDocument, number: int) -> list[Link]:
    """Return the links of a page that are safe: no scripts, no programs, no local files.

    Not `page.get_links`, which looks up every annotation for each link and so takes for ever on
    a page of thirty thousand.

    Raises:
        PageDamagedError: they cannot be read.
    """
    found: list[Link] = []
    to_user = document.boxes[number].to_user
    with translated(number):
        page = document.page(number)
        link = mupdf.fz_load_links(page.this)
        for _ in range(MOST_LINKS):
            if not link.m_internal:
                break
            rect, uri = link.rect(), str(link.uri())
            box = to_user.box(Box(rect.x0, rect.y0, rect.x1, rect.y1))
            target = _target(document, uri)
            if target is not None:
                found.append(Link(Quad.from_box(box), *target))
            link = link.next()
    return found


def _target(document: OpenedDocument, uri: str) -> tuple[str, int] | None:
    if not mupdf.fz_is_external_link(uri):
        page, _, _ = document.pdf.resolve_link(uri)
        return ("", int(page)) if 0 <= page < document.pages else None
    try:
        scheme = urlsplit(uri).scheme.lower()
    except ValueError:
        return None
    return (uri, -1) if scheme in _SAFE_SCHEMES else None
