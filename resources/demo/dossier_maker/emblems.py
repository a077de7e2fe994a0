"""The arms of the three fictional authorities, about 34 points wide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pymupdf
from dossier_maker.pen import Pen, smooth

WIDTH: Final = 34


def _town(page: pymupdf.Page, at: pymupdf.Point) -> None:
    pen, x, y = Pen(page), at.x, at.y
    curve = smooth(
        [(x + 34, y + 22), (x + 28, y + 34), (x + 17, y + 41), (x + 6, y + 34), (x, y + 22)]
    )
    pen.polygon([(x, y), (x + 34, y), *curve], "#23406B")
    tower = [(11, 24), (11, 9), (13.5, 9), (13.5, 11.5), (15.7, 11.5), (15.7, 9), (18.3, 9),
             (18.3, 11.5), (20.5, 11.5), (20.5, 9), (23, 9), (23, 24)]  # fmt: skip
    pen.polygon([(x + dx, y + dy) for dx, dy in tower], "#E9C46A")
    pen.box((x + 15.2, y + 18, x + 18.8, y + 24), "#23406B")
    for row in (28, 32):
        pen.curve([(x + 6 + 5.5 * at, y + row + (1.4 if at % 2 else -1.4)) for at in range(5)],
                  "#FFFFFF", 1.6)  # fmt: skip
    pen.finish()


def _agglomeration(page: pymupdf.Page, at: pymupdf.Point) -> None:
    pen, x, y = Pen(page), at.x, at.y
    for row, colour in ((8, "#1B6A57"), (19, "#4FA58F"), (30, "#A8D5C8")):
        wave = [(x + at, y + row + rise) for at, rise in ((0, 4), (11, -4), (23, 4), (34, -4))]
        pen.curve(wave, colour, 6)
    pen.finish()


def _region(page: pymupdf.Page, at: pymupdf.Point) -> None:
    pen, x, y = Pen(page), at.x, at.y
    pen.dot((x + 25, y + 9), 6, "#E2A93B")
    pen.polygon([(x, y + 38), (x + 13, y + 10), (x + 26, y + 38)], "#7A2E6E")
    pen.polygon([(x + 14, y + 38), (x + 24, y + 19), (x + 36, y + 38)], "#B06AA5")
    pen.finish()


EMBLEMS: Final[dict[str, Callable[[pymupdf.Page, pymupdf.Point], None]]] = {
    "aubrelles": _town,
    "val-de-sorene": _agglomeration,
    "hautes-vallees": _region,
}
