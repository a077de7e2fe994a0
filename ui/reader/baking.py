"""A page's picture with its notes drawn into it, so that scrolling only copies pixels."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QImage, QPainter, QTransform

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Note, NoteKind
from ui.reader import marks
from ui.reader.bitmaps import Bitmap

_KEPT: Final = 8
"""Baked pages kept: what a screen shows, and a little around."""


@dataclass
class _Baked:
    bitmap: Bitmap
    notes: tuple[Note, ...]
    image: QImage


class Oven:
    """Bakes notes into pictures of pages, and keeps the last ones."""

    def __init__(self) -> None:
        """Start empty."""
        self._baked: OrderedDict[tuple[int, bool], _Baked] = OrderedDict()

    def clear(self) -> None:
        """Forget every picture."""
        self._baked.clear()

    def picture(
        self, page: int, bitmap: Bitmap, notes: tuple[Note, ...], box: PageBox, ratio: float
    ) -> QImage:
        """Return `bitmap` with `notes` on it.

        Args:
            page: counts from 0.
            bitmap: of that page.
            notes: of that page, oldest first.
            box: that page's boxes.
            ratio: pixels of the bitmap for one logical pixel of the screen.
        """
        if not notes:
            return bitmap.image
        key = (page, bitmap.whole)
        baked = self._baked.get(key)
        if baked is None or baked.bitmap is not bitmap or not _continues(baked.notes, notes):
            baked = _Baked(bitmap, (), bitmap.image.copy())
            self._baked[key] = baked
        self._baked.move_to_end(key)
        if len(self._baked) > _KEPT:
            self._baked.popitem(last=False)
        fresh = notes[len(baked.notes) :]
        if fresh:
            _draw(baked, fresh, box, ratio)
            baked.notes = notes
        return baked.image


def _continues(drawn: tuple[Note, ...], notes: tuple[Note, ...]) -> bool:
    """Tell whether `notes` only adds to what is drawn, on top of it."""
    if drawn != notes[: len(drawn)]:
        return False
    added = notes[len(drawn) :]
    return not drawn or all(note.kind is NoteKind.INK for note in added)


def _draw(baked: _Baked, notes: tuple[Note, ...], box: PageBox, ratio: float) -> None:
    bitmap = baked.bitmap
    baked.image.setDevicePixelRatio(ratio)
    origin = bitmap.area.topLeft()
    to_pixels = marks.transform(box, bitmap.scale / ratio) * QTransform.fromTranslate(
        -origin.x() / ratio, -origin.y() / ratio
    )
    painter = QPainter(baked.image)
    marks.MarkPainter(painter, to_pixels, dark=bitmap.dark).draw(notes)
    painter.end()
    baked.image.setDevicePixelRatio(1.0)
