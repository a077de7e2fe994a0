"""Which pictures a view wants, the most needed first (`reader.md` §6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect

from ui.reader.layout import PageLayout, Placed
from ui.reader.renderer import Want

MOST_PIXELS: Final = 25_000_000
"""A page of more pixels is never rendered whole: 100 MB."""
MOST_SCREENS: Final = 4
"""Nor one of more than four screens, as Okular does."""
MOST_AHEAD: Final = 8_000_000
"""Pixels of a neighbour that is rendered before it is seen."""
PREVIEW_WIDTH: Final = 400
PLAN: Final = 4_000_000
"""Square points: an A1 plan has 4 million. Unknown yet, such a page is taken to be slow."""


def wishes(
    desk: PageLayout,
    view: QRect,
    ratio: float,
    direction: int,
    is_slow: Callable[[int, float], bool],
) -> list[Want]:
    """Return what to render for `view` of `desk`: visible pages, next one, previous one.

    Args:
        desk: where the pages stand, in logical pixels.
        view: the part of the desk that is seen.
        ratio: device pixels for a logical pixel.
        direction: 1 when the person reads down, -1 when they scroll up.
        is_slow: whether a picture of so many pixels of a page is known to take long.
    """
    visible = list(desk.visible(view.top(), view.bottom() + 1))
    if not visible:
        return []
    middle = desk.current(view.top(), view.bottom() + 1)
    visible.sort(key=lambda page: abs(page - middle))
    wanted: list[Want] = []
    for page in visible:
        placed = desk.pages[page]
        sharp = _sharp(placed, view, ratio)
        if _needs_preview(placed, sharp, is_slow):
            wanted.append(_preview(placed))
        wanted.append(sharp)
    ahead = [max(visible) + 1, min(visible) - 1][::direction]
    wanted += [_neighbour(desk.pages[page], view, ratio) for page in ahead if _is_on(desk, page)]
    return wanted


def _is_on(desk: PageLayout, page: int) -> bool:
    return 0 <= page < len(desk.pages)


def _whole(placed: Placed, scale: float) -> Want:
    ratio = scale / placed.zoom
    area = QRect(0, 0, round(placed.width * ratio), round(placed.height * ratio))
    return Want(placed.page, scale, area, whole=True)


def _is_large(want: Want, view: QRect, ratio: float) -> bool:
    pixels = want.area.width() * want.area.height()
    screen = view.width() * view.height() * ratio * ratio
    return pixels > min(MOST_PIXELS, max(MOST_SCREENS * screen, 1_000_000))


def _sharp(placed: Placed, view: QRect, ratio: float) -> Want:
    whole = _whole(placed, placed.zoom * ratio)
    if not _is_large(whole, view, ratio):
        return whole
    # The visible part, cut along a grid of half screens: small moves want the same picture.
    seen = view.translated(-placed.x, -placed.y)
    across, along = max(1, view.width() // 2), max(1, view.height() // 2)
    left, top = seen.left() // across * across, seen.top() // along * along
    right = (seen.right() // across + 1) * across
    bottom = (seen.bottom() // along + 1) * along
    device = QRect(
        round(left * ratio),
        round(top * ratio),
        round((right - left) * ratio),
        round((bottom - top) * ratio),
    )
    return Want(placed.page, whole.scale, device & whole.area, whole=False)


def _needs_preview(placed: Placed, sharp: Want, is_slow: Callable[[int, float], bool]) -> bool:
    points = placed.width * placed.height / placed.zoom**2
    pixels = float(sharp.area.width() * sharp.area.height())
    return not sharp.whole or points > PLAN or is_slow(placed.page, pixels)


def _preview(placed: Placed) -> Want:
    scale = PREVIEW_WIDTH * placed.zoom / placed.width
    return Want(placed.page, scale, _whole(placed, scale).area, whole=True, preview=True)


def _neighbour(placed: Placed, view: QRect, ratio: float) -> Want:
    whole = _whole(placed, placed.zoom * ratio)
    pixels = whole.area.width() * whole.area.height()
    too_much = pixels > MOST_AHEAD or _is_large(whole, view, ratio)
    return _preview(placed) if too_much else whole
