"""The pen and the eraser, from touch to lift."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from boardpack.annotation import ink
from boardpack.annotation.note import InkPoint, Note, NoteKind, Point
from ui.reader import marks
from ui.reader.gestures import OnPage, Sample
from ui.reader.layout import Spot
from ui.reader.toolbox import Toolbox
from ui.theme import look

ERASER: Final = 8.0
"""Radius of the eraser in logical pixels."""


class DrawInk(OnPage):
    """The pen: drawn as it is sampled, made smooth when it lifts."""

    def __init__(self, tools: Toolbox, start: Spot, sample: Sample) -> None:
        """Touch the paper."""
        super().__init__(tools, start)
        self._began = sample.t
        self._points: list[InkPoint] = []
        self.move(sample)

    def move(self, sample: Sample) -> None:
        """Take one more sample, and paint only where it is."""
        place = self.user(self.spot(sample))
        point = InkPoint(place.x, place.y, sample.pressure, sample.t - self._began)
        self._points.append(point)
        last = self._points[-2:]
        area = self.to_desk.map(marks.path(last)).boundingRect()
        broad = 2 * self.tools.options.width * self.tools.view.zoom + 2
        self.tools.view.refresh_desk(area.adjusted(-broad, -broad, broad, broad))

    def end(self, sample: Sample) -> None:
        """Keep the smoothed stroke."""
        self.move(sample)
        stroke = ink.smooth(self._points, ink.TOLERANCE / self.tools.view.zoom)
        self.cancel()
        self.tools.add_stroke(self.page, stroke)

    def cancel(self) -> None:
        """Leave no trace."""
        area = self.to_desk.map(marks.path(self._points)).boundingRect()
        self._points = self._points[:1]
        self.tools.view.refresh_desk(area.adjusted(-20, -20, 20, 20))

    def paint(self, painter: QPainter) -> None:
        """Draw the stroke so far."""
        options = self.tools.options
        mark = marks.MarkPainter(painter, self.to_desk, dark=self.tools.view.renderer.dark)
        mark.live(self._points, options.pen, options.width)


class Erase(OnPage):
    """The eraser takes whole strokes and highlights; written notes stay."""

    def __init__(self, tools: Toolbox, start: Spot, sample: Sample) -> None:
        """Touch the paper."""
        super().__init__(tools, start)
        self._last = start
        self._at = sample.at
        self.move(sample)

    def move(self, sample: Sample) -> None:
        """Erase what lies between the last place and this one."""
        now = self.spot(sample)
        path = (self.user(self._last), self.user(now))
        radius = ERASER / self.tools.view.zoom / self.box.user_unit
        for note in self.tools.notebook.on_page(self.page):
            left = _erased(note, path, radius)
            if left is not note and self.tools.notebook.is_mine(note):
                self.tools.erase(note, left)
        self._ring(self._at)
        self._last, self._at = now, sample.at
        self._ring(self._at)

    def end(self, sample: Sample) -> None:
        """Lift: one step to undo."""
        self.move(sample)
        self.cancel()

    def cancel(self) -> None:
        """Lift, too: what was erased is seen to be gone, and can be undone."""
        self.tools.end_erasing()
        self._ring(self._at)

    def paint(self, painter: QPainter) -> None:
        """Show how broad the eraser is."""
        place = self._at + QPointF(self.tools.view.view_rect().topLeft())
        painter.setPen(QPen(look().colour("text_secondary"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, ERASER, ERASER)

    def _ring(self, at: QPointF) -> None:
        place = at + QPointF(self.tools.view.view_rect().topLeft())
        side = 2 * ERASER + 4
        self.tools.view.refresh_desk(QRectF(place.x() - side / 2, place.y() - side / 2, side, side))


def _erased(note: Note, path: tuple[Point, Point], radius: float) -> Note | None:
    """Return what an eraser on `path` leaves of `note`: itself, less of it, or nothing."""
    if note.text:
        return note
    if note.kind is NoteKind.INK:
        left = ink.erase(note.strokes, path, radius)
        if len(left) == len(note.strokes):
            return note
        return replace(note, strokes=left) if left else None
    touched = any(
        quad.bounds.x0 <= place.x <= quad.bounds.x1 and quad.bounds.y0 <= place.y <= quad.bounds.y1
        for quad in note.anchor.quads
        for place in path
    )
    return None if touched else note
