"""Pictures of pages, kept within a budget; the least recently shown leave first."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

BUDGET: Final = 256 * 1024 * 1024
"""Bytes: 32 A4 pages at two pixels a point."""


@dataclass(frozen=True)
class Bitmap:
    """The picture of a page, or of a part of it.

    Attributes:
        image: RGB32, the format that Qt paints fastest.
        scale: device pixels a point.
        area: which device pixels of the page's whole picture at `scale` it holds.
        whole: whether that is all of them.
        dark: whether it is meant for a dark desk.
    """

    image: QImage
    scale: float
    area: QRect
    whole: bool
    dark: bool

    def covers(self, scale: float, area: QRect, *, dark: bool) -> bool:
        """Tell whether this shows `area` as sharply as can be at `scale`."""
        return self.dark == dark and self.scale == scale and self.area.contains(area)


class BitmapCache:
    """For each page at most a preview (whole, any scale) and a sharp picture."""

    def __init__(self, budget: int = BUDGET) -> None:
        """Keep at most `budget` bytes of pixels."""
        self._budget = budget
        self._held = 0
        self._bitmaps: OrderedDict[tuple[int, bool], Bitmap] = OrderedDict()

    @property
    def held(self) -> int:
        """Bytes of pixels held now."""
        return self._held

    def put(self, page: int, bitmap: Bitmap, *, preview: bool = False) -> None:
        """Keep `bitmap`. A whole picture that becomes coarse is kept as the page's preview."""
        old = self._bitmaps.get((page, False))
        if not preview and old is not None and old.whole and not bitmap.whole:
            self._replace((page, True), old)
        self._replace((page, preview), bitmap)
        while self._held > self._budget and len(self._bitmaps) > 1:
            _, gone = self._bitmaps.popitem(last=False)
            self._held -= gone.image.sizeInBytes()

    def sharp(self, page: int) -> Bitmap | None:
        """Return the newest picture of `page`, and remember that it is in use."""
        return self._use((page, False))

    def preview(self, page: int) -> Bitmap | None:
        """Return a picture of the whole page to show, scaled, until a sharp one is there."""
        sharp = self.sharp(page)
        return sharp if sharp is not None and sharp.whole else self._use((page, True))

    def clear(self) -> None:
        """Forget every picture."""
        self._bitmaps.clear()
        self._held = 0

    def _use(self, key: tuple[int, bool]) -> Bitmap | None:
        bitmap = self._bitmaps.get(key)
        if bitmap is not None:
            self._bitmaps.move_to_end(key)
        return bitmap

    def _replace(self, key: tuple[int, bool], bitmap: Bitmap) -> None:
        old = self._bitmaps.pop(key, None)
        self._held += bitmap.image.sizeInBytes() - (old.image.sizeInBytes() if old else 0)
        self._bitmaps[key] = bitmap
