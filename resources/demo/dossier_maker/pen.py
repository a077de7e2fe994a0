"""A pen on a page: shapes and words in the interface font, in PDF points from the page's corner."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

import pymupdf
from dossier_maker.text import french

FOLDER: Final = Path(__file__).resolve().parents[2] / "fonts"
_FONTS: Final = {
    bold: pymupdf.Font(fontfile=str(FOLDER / f"Inter-{name}.otf"))
    for bold, name in ((False, "Regular"), (True, "SemiBold"))
}

Point = tuple[float, float]
Colour = tuple[float, float, float]


def rgb(colour: str) -> Colour:
    """Turn `#RRGGBB` into PDF's three numbers."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


class Pen:
    """Draws on one page; `finish` writes what was drawn."""

    def __init__(self, page: pymupdf.Page) -> None:
        self._page = page
        self._shape = page.new_shape()
        self._words: dict[str, pymupdf.TextWriter] = {}

    def box(self, rect: tuple[float, float, float, float], fill: str = "", line: str = "") -> None:
        """Draw a rectangle given by two corners."""
        self._shape.draw_rect(pymupdf.Rect(rect))
        self._ink(fill, line, 0.6)

    def polygon(
        self, points: list[Point], fill: str = "", line: str = "", width: float = 0.6
    ) -> None:
        """Draw a closed outline."""
        self._shape.draw_polyline([pymupdf.Point(point) for point in points])
        self._ink(fill, line, width, closed=True)

    def polygons(self, many: list[list[Point]], fill: str, line: str, width: float) -> None:
        """Draw many closed outlines alike: much faster than one by one."""
        for points in many:
            self._shape.draw_polyline([pymupdf.Point(point) for point in (*points, points[0])])
        if many:
            self._ink(fill, line, width)

    def path(
        self, points: list[Point], line: str, width: float, dashes: str = "", cap: int = 1
    ) -> None:
        """Draw an open broken line; `cap` is PDF's line end: 0 cut, 1 round."""
        self._shape.draw_polyline([pymupdf.Point(point) for point in points])
        self._shape.finish(
            color=rgb(line),
            width=width,
            dashes=dashes or None,
            lineCap=cap,
            lineJoin=1,
            closePath=False,
        )

    def curve(self, points: list[Point], line: str, width: float, dashes: str = "") -> None:
        """Draw a smooth line through points (Catmull and Rom's spline)."""
        self.path(smooth(points), line, width, dashes)

    def dot(self, centre: Point, radius: float, fill: str = "", line: str = "") -> None:
        """Draw a disc."""
        self._shape.draw_circle(pymupdf.Point(centre), radius)
        self._ink(fill, line, 1.0)

    def sector(self, centre: Point, start: Point, angle: float, fill: str) -> None:
        """Draw a slice of a disc, `angle` in degrees, counter-clockwise."""
        self._shape.draw_sector(pymupdf.Point(centre), pymupdf.Point(start), angle)
        self._ink(fill, "#FFFFFF", 1.0)

    def text(
        self,
        at: Point,
        words: str,
        size: float = 7.5,
        *,
        colour: str = "#333333",
        bold: bool = False,
        align: str = "left",
    ) -> None:
        """Write a line of words; `align` says what stands at the point: left, centre or right."""
        words = french(words)
        length = _length(words, size, bold=bold)
        shift = {"left": 0.0, "centre": length / 2, "right": length}[align]
        writer = self._words.get(colour)
        if writer is None:
            writer = self._words[colour] = pymupdf.TextWriter(self._page.rect)
        writer.append((at[0] - shift, at[1]), words, font=_FONTS[bold], fontsize=size)

    def tag(self, at: Point, words: str, size: float, *, colour: str = "#333333") -> None:
        """Write strong words centred on a white ground, readable over a map."""
        half = _length(words, size, bold=True) / 2 + 3
        self._shape.draw_rect(
            pymupdf.Rect(at[0] - half, at[1] - size, at[0] + half, at[1] + size * 0.35)
        )
        self._shape.finish(fill=(1, 1, 1), fill_opacity=0.75, width=0)
        self.text(at, words, size, colour=colour, bold=True, align="centre")

    def finish(self) -> None:
        """Write everything to the page, words last."""
        self._shape.commit()
        for colour, writer in self._words.items():
            writer.write_text(self._page, color=rgb(colour))

    def _ink(self, fill: str, line: str, width: float, *, closed: bool = False) -> None:
        self._shape.finish(
            fill=rgb(fill) if fill else None,
            color=rgb(line) if line else None,
            width=width if line else 0,
            closePath=closed,
            lineJoin=1,
        )


@lru_cache(maxsize=4096)
def _length(words: str, size: float, *, bold: bool) -> float:
    return float(_FONTS[bold].text_length(words, size))


def smooth(points: list[Point], steps: int = 8) -> list[Point]:
    """Return many points of the smooth curve through a few."""
    padded = [points[0], *points, points[-1]]
    made: list[Point] = []
    for before, here, there, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        made += [_between(before, here, there, after, step / steps) for step in range(steps)]
    return [*made, points[-1]]


def _between(before: Point, here: Point, there: Point, after: Point, t: float) -> Point:
    def along(p0: float, p1: float, p2: float, p3: float) -> float:
        bend = 2 * p0 - 5 * p1 + 4 * p2 - p3
        rest = 3 * (p1 - p2) + p3 - p0
        return 0.5 * (2 * p1 + (p2 - p0) * t + bend * t**2 + rest * t**3)

    return (
        along(before[0], here[0], there[0], after[0]),
        along(before[1], here[1], there[1], after[1]),
    )
