"""How notes look on a page: drawn into the page's bitmap, or live while the hand still moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

import qtawesome
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from boardpack.annotation import ink, palette
from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import InkPoint, InkStroke, Note, NoteKind, Quad

PIN: Final = 24
"""Side of a pin in logical pixels, whatever the zoom: it is a button, not ink."""
_DIM: Final = 250
"""On a dark page a highlight is the colour made 2.5 times darker, under light letters."""
_LIGHT_INK: Final = 190
_STEP: Final = 1 / 24
"""Pressures within one such step are drawn with one width: the eye sees none of it."""


def transform(box: PageBox, zoom: float) -> QTransform:
    """Return the map from a page's PDF user space to its picture at `zoom` pixels a point."""
    return QTransform(*box.to_view) * QTransform.fromScale(zoom, zoom)


def colour_of(name: str, *, dark: bool, pen: bool) -> QColor:
    """Return what a stored colour looks like on a white or a dark page."""
    colour = QColor(palette.colour(name).rgb)
    if not dark:
        return colour
    return colour.lighter(_LIGHT_INK) if pen else colour.darker(_DIM)


def polygon(quad: Quad) -> QPolygonF:
    """Return a quad as a polygon, in the order that goes around it."""
    corners = (quad.upper_left, quad.upper_right, quad.lower_right, quad.lower_left)
    return QPolygonF([QPointF(corner.x, corner.y) for corner in corners])


def path(points: Iterable[InkPoint]) -> QPolygonF:
    """Return samples of a pen as a line, in the units they have."""
    return QPolygonF([QPointF(point.x, point.y) for point in points])


def stroke_width(width: float, pressure: float) -> float:
    """Return how broad a pen of `width` draws; a mouse's steady 0.5 draws exactly `width`."""
    return width * (0.4 + 1.2 * max(0.05, pressure))


class MarkPainter:
    """Draws notes with one painter, whose units are the pixels of the page's picture."""

    def __init__(self, painter: QPainter, to_pixels: QTransform, *, dark: bool) -> None:
        """Draw with `painter` from now on; `to_pixels` maps user space to its units."""
        self._painter = painter
        self._map = to_pixels
        self._dark = dark
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def draw(self, notes: Iterable[Note]) -> None:
        """Draw `notes`: highlights under ink, whatever their order; pins apart."""
        listed = list(notes)
        for note in listed:
            if note.kind is not NoteKind.INK and not is_pin(note):
                self.quads(note.anchor.quads, note.colour)
        for note in listed:
            for stroke in note.strokes:
                self.stroke(stroke, note.colour, note.width)

    def draw_pins(self, notes: Iterable[Note]) -> None:
        """Draw the pins of `notes`; on the window's own thread only."""
        for note in notes:
            if has_pin(note):
                self._pin(note)

    def quads(self, quads: Iterable[Quad], colour: str) -> None:
        """Mark `quads`; letters below stay as readable as they were."""
        mode = QPainter.CompositionMode
        painter = self._painter
        painter.save()
        painter.setCompositionMode(
            mode.CompositionMode_Screen if self._dark else mode.CompositionMode_Multiply
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour_of(colour, dark=self._dark, pen=False))
        for quad in quads:
            painter.drawPolygon(self._map.map(polygon(quad)))
        painter.restore()

    def stroke(self, stroke: InkStroke, colour: str, width: float) -> None:
        """Draw one finished stroke as curves, as broad as the pen was pressed."""
        pen = self._pen(colour)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        for pressure, pieces in _runs(stroke):
            pen.setWidthF(stroke_width(width, pressure) * self.scale)
            self._painter.setPen(pen)
            self._painter.drawPath(self._map.map(_path(pieces)))

    def live(self, points: list[InkPoint], colour: str, width: float) -> None:
        """Draw a stroke as it is sampled, straight from point to point."""
        pen = self._pen(colour)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        places = [self._map.map(QPointF(point.x, point.y)) for point in points]
        for index, place in enumerate(places):
            pen.setWidthF(stroke_width(width, points[index].pressure) * self.scale)
            self._painter.setPen(pen)
            self._painter.drawLine(places[max(0, index - 1)], place)

    @property
    def scale(self) -> float:
        """Pixels a point."""
        return float(abs(self._map.determinant()) ** 0.5)

    def _pen(self, colour: str) -> QPen:
        pen = QPen(colour_of(colour, dark=self._dark, pen=True))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen

    def _pin(self, note: Note) -> None:
        rect = pin_rect(note, self._map)
        painter = self._painter
        painter.save()
        painter.setPen(QPen(QColor("#20242c"), 1))
        painter.setBrush(colour_of(note.colour, dark=False, pen=False))
        painter.drawRoundedRect(rect, 6, 6)
        icon = qtawesome.icon("mdi6.note-text-outline", color="#20242c")
        icon.paint(painter, rect.adjusted(4, 4, -4, -4).toRect())
        painter.restore()


def _runs(stroke: InkStroke) -> Iterator[tuple[float, list[ink.Bezier]]]:
    """Split a stroke where the pen was pressed differently; a run is drawn in one go."""
    points = stroke.points
    ends = [*points[1:], points[-1]]
    steps = [
        round((start.pressure + end.pressure) / 2 / _STEP)
        for start, end in zip(points, ends, strict=True)
    ]
    pairs = zip(steps, ink.curves(stroke), strict=False)
    for step, run in groupby(pairs, key=itemgetter(0)):
        yield step * _STEP, [piece for _step, piece in run]


def _path(pieces: Sequence[ink.Bezier]) -> QPainterPath:
    line = QPainterPath(QPointF(*pieces[0].start))
    for piece in pieces:
        line.cubicTo(*piece.control1, *piece.control2, *piece.end)
    return line


def is_pin(note: Note) -> bool:
    """Tell whether the note stands on a point, not on words."""
    return note.kind is NoteKind.NOTE and all(
        quad.bounds.width < 1 and quad.bounds.height < 1 for quad in note.anchor.quads
    )


def has_pin(note: Note) -> bool:
    """Tell whether the note shows a pin: it has a text to open, or is nothing else."""
    return bool(note.anchor.quads) and (note.kind is NoteKind.NOTE or bool(note.text))


def pin_rect(note: Note, to_pixels: QTransform) -> QRectF:
    """Return where a note's pin stands: on its point, or after the first marked line."""
    quad = note.anchor.quads[0]
    if is_pin(note):
        place = to_pixels.map(QPointF(*quad.upper_left))
        return QRectF(place.x() - PIN / 2, place.y() - PIN / 2, PIN, PIN)
    bounds = to_pixels.map(polygon(quad)).boundingRect()
    return QRectF(bounds.right() + 2, bounds.top() - PIN / 2, PIN, PIN)


def bounds(note: Note, to_pixels: QTransform) -> QRectF:
    """Return the box around everything that the note draws, its pin included."""
    area = QRectF()
    for quad in note.anchor.quads:
        area |= to_pixels.map(polygon(quad)).boundingRect().adjusted(-1, -1, 1, 1)
    for stroke in note.strokes:
        broad = note.width * abs(to_pixels.determinant()) ** 0.5
        line = to_pixels.map(path(stroke.points)).boundingRect()
        area |= line.adjusted(-broad, -broad, broad, broad)
    return area | pin_rect(note, to_pixels) if has_pin(note) else area
