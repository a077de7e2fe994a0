"""Lay HTML blocks out on pages: running heads, drawings, an outline, the same bytes each run."""

from __future__ import annotations

import html
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pymupdf
from dossier_maker.figures import FIGURES, size_of
from dossier_maker.houses import House, style
from dossier_maker.pen import rgb

FONTS: Final = Path(__file__).resolve().parents[2] / "fonts"
A4: Final = pymupdf.paper_rect("a4")
A4_LANDSCAPE: Final = pymupdf.paper_rect("a4-l")
_EMBLEM_TOP: Final = 26
_LEAST_AFTER_HEADING: Final = 78
_LEAST_ON_LAST_PAGE: Final = 0.22
_FIGURE: Final = re.compile(r"\[\[(\S+)\s*(.*?)\]\]")


@dataclass(frozen=True)
class Sheet:
    """How the pages of one document look.

    Attributes:
        head: HTML of the running head, by page number (1 for the first) and count.
        foot: HTML of the running foot, likewise.
        emblem: draws the authority's arms on the first page, from a corner.
    """

    house: House
    title: str
    paper: pymupdf.Rect = A4
    size: float | None = None
    head: Callable[[int, int], str] = lambda _page, _count: ""
    foot: Callable[[int, int], str] = lambda page, count: f'<p class="right">{page}/{count}</p>'
    emblem: Callable[[pymupdf.Page, pymupdf.Point], None] | None = None
    first_top: float = 62
    top: float = 62
    side: float = 62
    bottom: float = 64


@dataclass
class _Placed:
    """Where headings, drawings and shaded rows came to stand."""

    outline: list[list[Any]] = field(default_factory=list)
    figures: list[tuple[int, pymupdf.Rect, str]] = field(default_factory=list)
    shades: dict[int, list[pymupdf.Rect]] = field(default_factory=dict)
    stranded: set[str] = field(default_factory=set)

    def see(self, story: pymupdf.Story, page: int, room: pymupdf.Rect) -> None:
        """Keep what Story says of the elements placed on a page."""

        def note(position: Any) -> None:  # noqa: ANN401 - PyMuPDF's untyped record
            if not position.open_close & 1:
                return
            if position.id == "shade":
                self.shades.setdefault(page - 1, []).append(pymupdf.Rect(position.rect))
            elif position.id and position.id.startswith("figure:"):
                self.figures.append((page - 1, pymupdf.Rect(position.rect), position.id[7:]))
            elif position.id and position.heading and position.id[1:].isdigit():
                level = 1 if position.heading <= 2 else 2  # noqa: PLR2004 - h1, h2: first level
                self.outline.append([level, position.id, page])
                if position.rect[1] > room.y1 - _LEAST_AFTER_HEADING:
                    self.stranded.add(position.id)

        story.element_positions(note)


def _with_room_for_figures(block: str) -> str:
    match = _FIGURE.fullmatch(block)
    if not match:
        return block
    name = f"{match[1]} {match[2]}".strip().replace('"', "")
    room = f"font-size:1pt;line-height:{size_of(match[1])}pt;margin:6pt 0 10pt"
    return f'<p id="figure:{name}" style="{room}">\u00a0</p>'


def assemble(blocks: list[str], first: int = 0) -> str:
    """Join the blocks to HTML; headings are named from `t<first>`."""
    text = "".join(map(_with_room_for_figures, blocks))
    numbers = itertools.count(first)
    return re.sub(r"<(h[1-3])>", lambda tag: f'<{tag[1]} id="t{next(numbers)}">', text)


def _story(text: str, css: str) -> pymupdf.Story:
    return pymupdf.Story(text, user_css=css, archive=pymupdf.Archive(str(FONTS)))


@dataclass(frozen=True)
class Settled:
    """Text that is ready to draw: no heading ends a page; the outline is known.

    Attributes:
        filled: how much of the last page is used, from 0 to 1.
    """

    text: str
    count: int
    filled: float
    outline: list[list[Any]]


def settle(sheet: Sheet, blocks: list[str]) -> Settled:
    """Push headings that would end a page to the next, until none does."""
    css, text = style(sheet.house, sheet.size), assemble(blocks)
    while True:
        story, placed, number = _story(text, css), _Placed(), 0
        for number, room, last in _pages(sheet, story):  # noqa: B007 - those of the last page
            placed.see(story, number, room)
            story.draw(None)  # a story moves on only when it is drawn
        if not placed.stranded:
            filled = (last - room.y0) / room.height
            return Settled(text, number, filled, _outline(text, placed.outline))
        first = min(placed.stranded, key=lambda name: int(name[1:]))
        text = text.replace(f'id="{first}"', f'id="{first}" style="page-break-before:always"')


def lay_out(sheet: Sheet, blocks: list[str]) -> pymupdf.Document:
    """Return the document of these blocks, drawn, with its outline and title.

    A last page that would hold a few lines only is spared by smaller type, where that is enough.
    """
    best, settled = sheet, settle(sheet, blocks)
    if settled.count > 1 and settled.filled < _LEAST_ON_LAST_PAGE:
        for part in (0.97, 0.94, 0.91):
            smaller = replace(sheet, size=(sheet.size or sheet.house.size) * part)
            tried = settle(smaller, blocks)
            if tried.count < settled.count:
                best, settled = smaller, tried
                break
    return render(best, settled.text, settled.count)


def render(sheet: Sheet, text: str, count: int) -> pymupdf.Document:
    """Draw settled text on `count` pages."""
    css = style(sheet.house, sheet.size)
    target, placed = io.BytesIO(), _Placed()
    writer = pymupdf.DocumentWriter(target)
    story = _story(text, css)
    for number, room, _ in _pages(sheet, story):
        placed.see(story, number, room)
        device = writer.begin_page(sheet.paper)
        story.draw(device)
        _running(sheet, css, device, number, count)
        writer.end_page()
    writer.close()
    document = pymupdf.open("pdf", target.getvalue())
    for page, rect, name in placed.figures:
        figure, _, argument = name.partition(" ")
        FIGURES[figure].draw(document[page], rect, argument)
    _shade(document, placed.shades, sheet.house.soft)
    if sheet.emblem:
        sheet.emblem(document[0], pymupdf.Point(sheet.side, _EMBLEM_TOP))
    document.set_toc(_outline(text, placed.outline))
    document.set_metadata({"title": sheet.title, "author": sheet.house.name})
    return document


def _pages(sheet: Sheet, story: pymupdf.Story) -> Iterator[tuple[int, pymupdf.Rect, float]]:
    more, number = True, 0
    while more:
        number += 1
        top = sheet.first_top if number == 1 else sheet.top
        room = pymupdf.Rect(
            sheet.side, top, sheet.paper.x1 - sheet.side, sheet.paper.y1 - sheet.bottom
        )
        more, filled = story.place(room)
        yield number, room, filled[3]


def _running(sheet: Sheet, css: str, device: Any, number: int, count: int) -> None:  # noqa: ANN401
    top = sheet.first_top if number == 1 else sheet.top
    head = pymupdf.Rect(sheet.side, 24, sheet.paper.x1 - sheet.side, top - 6)
    foot = pymupdf.Rect(
        sheet.side, sheet.paper.y1 - sheet.bottom + 16, sheet.paper.x1 - sheet.side, sheet.paper.y1
    )
    small = css + "p { font-size: 8pt; color: #555555; margin: 0; }"
    for rect, text in ((head, sheet.head(number, count)), (foot, sheet.foot(number, count))):
        if text:
            story = _story(text, small)
            story.place(rect)
            story.draw(device)


def _shade(document: pymupdf.Document, shades: dict[int, list[pymupdf.Rect]], soft: str) -> None:
    """Put colour behind rows: as CSS, Story lets it leak to the neighbouring pages."""
    for number, rects in shades.items():
        shape = document[number].new_shape()
        for rect in rects:
            shape.draw_rect(rect)
        shape.finish(fill=rgb(soft), color=None, width=0)
        shape.commit(overlay=False)


def _outline(text: str, places: list[list[Any]]) -> list[list[Any]]:
    """Name the headings (Story loses the space where a line turns); raise orphans."""
    names = dict(re.findall(r'<h[1-3] id="(t\d+)"[^>]*>(.*?)</h[1-3]>', text))
    nested: list[list[Any]] = []
    for level, name, page in places:
        title = html.unescape(re.sub(r"<[^>]+>", "", names[name]))
        nested.append([level if nested else 1, title, page])
    return nested


def save(document: pymupdf.Document, path: Path) -> None:
    """Write the document: fonts reduced to what is used, no date, no random identifier."""
    document.subset_fonts()
    path.write_bytes(document.tobytes(garbage=4, deflate=True, use_objstms=1, no_new_id=True))
