"""A page's picture with its notes drawn into it, so that scrolling only copies pixels.

Few marks are drawn at once. A page full of ink takes longer than the window may stop: it is drawn
by a worker, and until then the page is shown as it was drawn last.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPainter, QTransform

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Note, NoteKind
from ui.background import Background, Lane
from ui.errors import note_bug
from ui.reader import marks
from ui.reader.bitmaps import Bitmap

_KEPT: Final = 8
"""Baked pages kept: what a screen shows, and a little around."""
_AT_ONCE: Final = 600
"""Points of ink that are drawn at once: about ten milliseconds."""


@dataclass(frozen=True)
class _Baked:
    bitmap: Bitmap
    notes: tuple[Note, ...]
    image: QImage


@dataclass(frozen=True)
class _Recipe:
    """How the notes of a page get into its picture; `ratio`: its pixels for one of the screen."""

    page: int
    bitmap: Bitmap
    box: PageBox
    ratio: float

    @property
    def key(self) -> tuple[int, bool]:
        return (self.page, self.bitmap.whole)

    @property
    def to_pixels(self) -> QTransform:
        corner = self.bitmap.area.topLeft()
        return marks.transform(self.box, self.bitmap.scale / self.ratio) * (
            QTransform.fromTranslate(-corner.x() / self.ratio, -corner.y() / self.ratio)
        )


class Oven(QObject):
    """Bakes notes into pictures of pages, and keeps the last ones."""

    def __init__(
        self, background: Background, ready: Callable[[int], None], parent: QObject
    ) -> None:
        """Give what takes long to the render lane of `background`; then call `ready`."""
        super().__init__(parent)
        self._background = background
        self._ready = ready
        self._baked: OrderedDict[tuple[int, bool], _Baked] = OrderedDict()
        self._busy: set[tuple[int, bool]] = set()
        self._generation = 0

    def clear(self) -> None:
        """Forget every picture."""
        self._generation += 1
        self._baked.clear()
        self._busy.clear()

    def picture(
        self, page: int, bitmap: Bitmap, notes: tuple[Note, ...], box: PageBox, ratio: float
    ) -> tuple[Bitmap, QImage]:
        """Return what to show: `bitmap`, or an older one while notes are drawn; and its picture.

        Args:
            page: counts from 0.
            bitmap: of that page.
            notes: of that page, oldest first.
            box: that page's boxes.
            ratio: pixels of the bitmap for one logical pixel of the screen.
        """
        if not notes:
            return bitmap, bitmap.image
        recipe = _Recipe(page, bitmap, box, ratio)
        baked = self._baked.get(recipe.key)
        if baked is not None and baked.bitmap is bitmap and baked.notes == notes:
            self._baked.move_to_end(recipe.key)
            return bitmap, baked.image
        if recipe.key not in self._busy:
            baked = self._bake(recipe, notes, baked)
        return (baked.bitmap, baked.image) if baked else (bitmap, bitmap.image)

    def _bake(
        self, recipe: _Recipe, notes: tuple[Note, ...], before: _Baked | None
    ) -> _Baked | None:
        same = before is not None and before.bitmap is recipe.bitmap
        added = _added(before.notes, notes) if before is not None and same else None
        if before is not None and added is not None:
            image, fresh = before.image, added
        else:
            image, fresh = recipe.bitmap.image.copy(), notes
        if _points(fresh) <= _AT_ONCE:
            _draw(recipe, image, fresh)
            return self._keep(recipe, notes, image)
        self._bake_apart(recipe, notes)
        return before

    def _bake_apart(self, recipe: _Recipe, notes: tuple[Note, ...]) -> None:
        generation = self._generation
        self._busy.add(recipe.key)

        def bake() -> QImage:
            image = recipe.bitmap.image.copy()
            _draw(recipe, image, notes, pins=False)
            return image

        def done(image: QImage) -> None:
            if generation == self._generation:
                self._busy.discard(recipe.key)
                # Pins are icons of a font, which only the window's own thread may draw.
                _draw(recipe, image, (), pins_of=notes)
                self._keep(recipe, notes, image)
                self._ready(recipe.page)

        self._background.run(bake, success=done, failure=note_bug, lane=Lane.RENDER, owner=self)

    def _keep(self, recipe: _Recipe, notes: tuple[Note, ...], image: QImage) -> _Baked:
        baked = self._baked[recipe.key] = _Baked(recipe.bitmap, notes, image)
        self._baked.move_to_end(recipe.key)
        if len(self._baked) > _KEPT:
            self._baked.popitem(last=False)
        return baked


def _points(notes: Iterable[Note]) -> int:
    return sum(len(stroke.points) for note in notes for stroke in note.strokes)


def _added(drawn: tuple[Note, ...], notes: tuple[Note, ...]) -> tuple[Note, ...] | None:
    """Return what is to be drawn on top of what is drawn; None when something else changed.

    A stroke more in a drawing is only that stroke, however many there are already.
    """
    if len(notes) < len(drawn):
        return None
    fresh: list[Note] = []
    for old, new in zip(drawn, notes, strict=False):
        if new is old:
            continue
        count = len(old.strokes)
        if old.kind is not NoteKind.INK or new.strokes[:count] != old.strokes:
            return None
        if replace(new, strokes=(), modified=old.modified, anchor=old.anchor) != replace(
            old, strokes=()
        ):
            return None
        fresh.append(replace(new, strokes=new.strokes[count:]))
    rest = notes[len(drawn) :]
    # Highlights belong under ink, so one that comes later is no addition on top.
    if drawn and any(note.kind is not NoteKind.INK for note in rest):
        return None
    return (*fresh, *rest)


def _draw(
    recipe: _Recipe,
    image: QImage,
    notes: tuple[Note, ...],
    *,
    pins: bool = True,
    pins_of: tuple[Note, ...] = (),
) -> None:
    image.setDevicePixelRatio(recipe.ratio)
    painter = QPainter(image)
    mark = marks.MarkPainter(painter, recipe.to_pixels, dark=recipe.bitmap.dark)
    mark.draw(notes)
    mark.draw_pins((*notes, *pins_of) if pins else pins_of)
    painter.end()
    image.setDevicePixelRatio(1.0)
