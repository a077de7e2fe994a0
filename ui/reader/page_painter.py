"""Paints the pages that a strip of the screen shows: picture, notes, found words, selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import qtawesome
from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Note, Quad
from boardpack.messages import _
from ui.reader import marks
from ui.reader.baking import Oven
from ui.reader.bitmaps import Bitmap
from ui.reader.layout import Placed
from ui.reader.renderer import PageRenderer
from ui.theme import look

_DARK_PAPER: Final = "#1c1c1e"
"""As the worker has it."""
_DARK_MESSAGE: Final = "#d5dae1"
_MESSAGE: Final = "#3b4553"


@dataclass
class Layers:
    """What lies over the pages for the moment; quads are in PDF user space.

    Attributes:
        hits: found words, by page.
        hit: the found place that is looked at.
        selection: selected words.
        focused: the note that was jumped to.
    """

    hits: Mapping[int, tuple[Quad, ...]] = field(default_factory=dict)
    hit: tuple[int, tuple[Quad, ...]] | None = None
    selection: tuple[int, tuple[Quad, ...]] | None = None
    focused: Note | None = None


class PagePainter(QObject):
    """Paints single pages; the desk around them is the view's."""

    baked = Signal(int)
    """The notes of this page were drawn into its picture."""

    def __init__(
        self,
        renderer: PageRenderer,
        notes_on: Callable[[int], tuple[Note, ...]],
        parent: QObject,
    ) -> None:
        """Take pictures from `renderer`, and the notes of a page from `notes_on`."""
        super().__init__(parent)
        self.layers = Layers()
        self.smooth = True
        self._renderer = renderer
        self._notes_on = notes_on
        self._oven = Oven(renderer.background, self.baked.emit, self)

    def forget(self) -> None:
        """Let the pictures of another document go."""
        self.layers = Layers()
        self.forget_pictures()

    def forget_pictures(self) -> None:
        """Let go of the pictures with notes in them; they are made again when needed."""
        self._oven.clear()

    def paint(self, painter: QPainter, placed: Placed, box: PageBox, exposed: QRect) -> None:
        """Paint the part of a page within `exposed`; the painter's units are the desk's."""
        frame = QRect(placed.x, placed.y, placed.width, placed.height)
        strip = frame & exposed
        painter.save()
        painter.setClipRect(strip, Qt.ClipOperation.IntersectClip)
        if self._renderer.failure(placed.page) is not None:
            painter.fillRect(strip, self._paper())
            self._message(
                painter,
                frame,
                "file-alert-outline",
                _("This page cannot be shown"),
                _("It is damaged. The other pages can be read."),
            )
        else:
            self._pictures(painter, placed, box, strip)
            self._over(painter, placed, box)
        painter.restore()

    def _pictures(self, painter: QPainter, placed: Placed, box: PageBox, strip: QRect) -> None:
        ratio = painter.device().devicePixelRatio()
        sharp = self._renderer.cache.sharp(placed.page)
        fits = sharp is not None and sharp.scale == placed.zoom * ratio
        if sharp is None or not (fits and self._covers(sharp, placed, strip, ratio)):
            self._coarse(painter, placed, box, strip, ratio)
        if sharp is not None and (fits or not sharp.whole):
            self._blit(painter, placed, box, sharp, fits=fits)

    def _coarse(
        self, painter: QPainter, placed: Placed, box: PageBox, strip: QRect, ratio: float
    ) -> None:
        preview = self._renderer.cache.preview(placed.page)
        if preview is None:
            painter.fillRect(strip, self._paper())
            if self._renderer.is_late(placed.page):
                self._message(
                    painter,
                    QRect(placed.x, placed.y, placed.width, placed.height),
                    "timer-sand",
                    _("This page takes long to draw"),
                    _("It appears as soon as it is ready."),
                )
            return
        if preview.scale != placed.zoom * ratio:
            self._blit(painter, placed, box, preview, fits=False)

    @staticmethod
    def _covers(bitmap: Bitmap, placed: Placed, strip: QRect, ratio: float) -> bool:
        if bitmap.whole:
            return True
        shown = QRectF(strip.translated(-placed.x, -placed.y))
        device = QRectF(shown.topLeft() * ratio, shown.size() * ratio)
        return QRectF(bitmap.area).contains(device)

    def _blit(
        self, painter: QPainter, placed: Placed, box: PageBox, bitmap: Bitmap, *, fits: bool
    ) -> None:
        notes = self._notes_on(placed.page)
        wanted, ratio = bitmap, bitmap.scale / placed.zoom
        bitmap, image = self._oven.picture(placed.page, bitmap, notes, box, ratio)
        fits = fits and bitmap is wanted
        ratio = bitmap.scale / placed.zoom
        corner = bitmap.area.topLeft()
        if fits and ratio == 1:
            painter.drawImage(QPoint(placed.x, placed.y) + corner, image)
            return
        hint = QPainter.RenderHint.SmoothPixmapTransform
        painter.setRenderHint(hint, not fits and self.smooth)
        painter.drawImage(_target(placed, bitmap, image, ratio, fits=fits), image)

    def _over(self, painter: QPainter, placed: Placed, box: PageBox) -> None:
        layers, page = self.layers, placed.page
        hits = layers.hits.get(page, ())
        current = layers.hit if layers.hit and layers.hit[0] == page else None
        selected = layers.selection if layers.selection and layers.selection[0] == page else None
        focused = layers.focused
        to_desk = marks.transform(box, placed.zoom) * QTransform.fromTranslate(placed.x, placed.y)
        mark = marks.MarkPainter(painter, to_desk, dark=self._renderer.dark)
        if hits:
            mark.quads(hits, "yellow")
        if current:
            mark.quads(current[1], "orange")
            self._outline(painter, to_desk, current[1])
        if selected:
            mark.quads(selected[1], "blue")
        if focused is not None and focused.anchor.page_index == page:
            painter.setPen(QPen(look().colour("focus"), look().metrics.focus))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(marks.bounds(focused, to_desk).adjusted(-4, -4, 4, 4), 6, 6)

    @staticmethod
    def _outline(painter: QPainter, to_desk: QTransform, quads: tuple[Quad, ...]) -> None:
        painter.setPen(QPen(look().colour("focus"), look().metrics.focus))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for quad in quads:
            painter.drawRect(to_desk.map(marks.polygon(quad)).boundingRect().adjusted(-2, -2, 2, 2))

    def _paper(self) -> QColor:
        return QColor(_DARK_PAPER) if self._renderer.dark else look().colour("paper")

    def _message(self, painter: QPainter, frame: QRect, icon: str, title: str, text: str) -> None:
        metrics = look().metrics
        colour = _DARK_MESSAGE if self._renderer.dark else _MESSAGE
        side = 2 * metrics.mark
        # Near the upper edge, which is what one sees of a page that was just opened.
        top = frame.top() + min(frame.height() // 3, 6 * metrics.four)
        sign = QRect(frame.center().x() - side // 2, top - side - metrics.two, side, side)
        qtawesome.icon(f"mdi6.{icon}", color=colour).paint(painter, sign)
        painter.setPen(QColor(colour))
        flags = Qt.AlignmentFlag.AlignHCenter.value | Qt.TextFlag.TextWordWrap.value
        below = QRect(frame.left() + 8, top, frame.width() - 16, frame.height() // 2)
        painter.setFont(look().font("body", strong=True))
        used = painter.drawText(below, flags, title)
        painter.setFont(look().font("small"))
        rest = below.adjusted(0, used.height() + metrics.half, 0, 0)
        painter.drawText(rest, flags, text)


def _target(placed: Placed, bitmap: Bitmap, image: QImage, ratio: float, *, fits: bool) -> QRectF:
    """Return where a picture goes: pixel on pixel when it fits, else stretched over its part."""
    left = placed.x + bitmap.area.x() / ratio
    top = placed.y + bitmap.area.y() / ratio
    if bitmap.whole and not fits:
        return QRectF(left, top, placed.width, placed.height)
    return QRectF(left, top, image.width() / ratio, image.height() / ratio)
