"""Where the pages of a document stand under each other: pure arithmetic, no Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

GAP: Final = 16
"""Logical pixels above the first page, between pages and below the last."""
SIDE: Final = 16
"""Logical pixels at least left and right of a page."""
LEAST_ZOOM: Final = 0.1
MOST_ZOOM: Final = 8.0
WIDEST_FIT: Final = 3.0
"""A small page (a plan's legend, a slip) is not blown up beyond this to fit the width."""
ACTUAL_SIZE: Final = 96 / 72
"""Pixels a point at "100 %"."""


class Fit(Enum):
    """How the zoom follows the window."""

    FREE = "free"
    WIDTH = "width"
    PAGE = "page"


@dataclass(frozen=True)
class Size:
    """Width and height: points for a page, logical pixels for a viewport."""

    width: float
    height: float


@dataclass(frozen=True)
class Placed:
    """A page on the desk, in logical pixels from the desk's top left corner."""

    page: int
    x: int
    y: int
    width: int
    height: int
    zoom: float

    @property
    def bottom(self) -> int:
        """First row below the page."""
        return self.y + self.height


@dataclass(frozen=True)
class Spot:
    """A point of a page, in points from the top left corner of the page as it is shown."""

    page: int
    x: float
    y: float


def clamp_zoom(zoom: float) -> float:
    """Return `zoom` (pixels a point) within what the reader shows."""
    return min(MOST_ZOOM, max(LEAST_ZOOM, zoom))


def page_zoom(size: Size, viewport: Size, fit: Fit, zoom: float) -> float:
    """Return the pixels a point of one page.

    Pages of one document may differ: when fitting, each page fits by itself, so that an A3 annex
    does not make its A4 neighbours tiny.
    """
    if fit is Fit.FREE:
        return clamp_zoom(zoom)
    across = (viewport.width - 2 * SIDE) / size.width
    if fit is Fit.WIDTH:
        return clamp_zoom(min(across, WIDEST_FIT))
    return clamp_zoom(min(across, (viewport.height - 2 * GAP) / size.height))


class PageLayout:
    """One column of pages at one zoom; made anew when the zoom or the window changes."""

    def __init__(self, sizes: Sequence[Size], viewport: Size, fit: Fit, zoom: float) -> None:
        """Place pages of `sizes` (points, as shown) in a column centred in `viewport`."""
        zooms = [page_zoom(size, viewport, fit, zoom) for size in sizes]
        widths = [max(1, round(s.width * z)) for s, z in zip(sizes, zooms, strict=True)]
        heights = [max(1, round(s.height * z)) for s, z in zip(sizes, zooms, strict=True)]
        self.width = max([int(viewport.width), *(width + 2 * SIDE for width in widths)])
        placed: list[Placed] = []
        y = GAP
        for page, (width, height) in enumerate(zip(widths, heights, strict=True)):
            x = (self.width - width) // 2
            placed.append(Placed(page, x, y, width, height, zooms[page]))
            y += height + GAP
        self.pages: tuple[Placed, ...] = tuple(placed)
        self.height = y
        self._tops = [each.y for each in placed]

    def page_at(self, y: float) -> int:
        """Return the page at height `y` of the desk; a gap belongs to the page above it."""
        return max(0, bisect_right(self._tops, y) - 1)

    def visible(self, top: int, bottom: int) -> range:
        """Return the pages that rows `top` to `bottom` (excluded) of the desk show."""
        if not self.pages or bottom <= top:
            return range(0)
        first = self.page_at(top)
        if self.pages[first].bottom <= top:
            first += 1
        return range(first, self.page_at(bottom - 1) + 1)

    def current(self, top: int, bottom: int) -> int:
        """Return the page that a reader of these rows would name: the one that fills most."""
        return max(
            self.visible(top, bottom),
            key=lambda page: self._shown(page, top, bottom),
            default=self.page_at(top),
        )

    def spot(self, x: float, y: float) -> Spot | None:
        """Return what point of what page is at `x`, `y` of the desk, if any."""
        if not self.pages:
            return None
        placed = self.pages[self.page_at(y)]
        inside = placed.y <= y < placed.bottom and placed.x <= x < placed.x + placed.width
        return self.spot_on(placed.page, x, y) if inside else None

    def spot_on(self, page: int, x: float, y: float) -> Spot:
        """Return `x`, `y` of the desk as a point of `page`, also outside of it."""
        placed = self.pages[page]
        return Spot(page, (x - placed.x) / placed.zoom, (y - placed.y) / placed.zoom)

    def place(self, spot: Spot) -> tuple[float, float]:
        """Return where `spot` stands on the desk, in logical pixels."""
        placed = self.pages[spot.page]
        return placed.x + spot.x * placed.zoom, placed.y + spot.y * placed.zoom

    def _shown(self, page: int, top: int, bottom: int) -> int:
        placed = self.pages[page]
        return min(bottom, placed.bottom) - max(top, placed.y)
