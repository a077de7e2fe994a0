"""What a hand does on a page from touch to lift, one class for each tool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform
from PySide6.QtWidgets import QApplication

from boardpack.annotation.note import Box, Point, WordRange
from ui.reader import marks
from ui.reader.layout import Spot
from ui.reader.page_text import PageText
from ui.reader.toolbox import Toolbox
from ui.theme import look

_LEAST_AREA: Final = 6.0
"""Points: a smaller rectangle was a slip of the hand."""
_FAR: Final = 24.0
"""Points: a drag that starts so far from any word means an area, not words."""


@dataclass(frozen=True)
class Sample:
    """One reading of a pointer: place in the viewport, pressure 0 to 1, milliseconds."""

    at: QPointF
    pressure: float
    t: float


class Gesture(Protocol):
    """One touch, from beginning to end."""

    def move(self, sample: Sample) -> None:
        """Follow the pointer."""

    def end(self, sample: Sample) -> None:
        """Do what was meant."""

    def cancel(self) -> None:
        """Do nothing after all: a second finger came down."""

    def paint(self, painter: QPainter) -> None:
        """Paint what is not yet on the page; the painter's units are the desk's."""


class OnPage:
    """Common to gestures: a page, and its map to the desk."""

    def __init__(self, tools: Toolbox, start: Spot) -> None:
        self.tools = tools
        self.page = start.page
        self.start = start
        self.box = tools.view.boxes[start.page]

    def spot(self, sample: Sample) -> Spot:
        """Return where the pointer is on the page it started on, kept within that page."""
        spot = self.tools.view.spot_on(self.page, sample.at)
        x = min(max(0.0, spot.x), self.box.width)
        y = min(max(0.0, spot.y), self.box.height)
        return Spot(self.page, x, y)

    def user(self, spot: Spot) -> Point:
        """Return a spot in PDF user space."""
        return self.box.to_user.point(spot.x, spot.y)

    @property
    def to_desk(self) -> QTransform:
        """From PDF user space to the desk."""
        placed = self.tools.view.desk.pages[self.page]
        return marks.transform(self.box, placed.zoom) * QTransform.fromTranslate(placed.x, placed.y)

    def area(self, one: Spot, other: Spot) -> QRectF:
        """Return the rectangle between two spots, on the desk."""
        place = self.tools.view.desk.place
        return QRectF(QPointF(*place(one)), QPointF(*place(other))).normalized()


class SelectWords(OnPage):
    """Drag over text: the words between are selected, then something is done with them."""

    def __init__(
        self, tools: Toolbox, start: Spot, text: PageText, then: Callable[[], None]
    ) -> None:
        """Start at a spot of a page whose words are `text`; `then` is done at the end."""
        super().__init__(tools, start)
        self._text = text
        self._then = then
        self._words: WordRange | None = None

    def move(self, sample: Sample) -> None:
        """Select from the first word to the one under the pointer."""
        now = self.spot(sample)
        self._words = self._text.between((self.start.x, self.start.y), (now.x, now.y))
        self.tools.select(self.page, self._text, self._words)

    def end(self, sample: Sample) -> None:
        """Do what the selection is for."""
        self.move(sample)
        self._then()

    def cancel(self) -> None:
        """Select nothing."""
        self.tools.select_nothing()

    def paint(self, painter: QPainter) -> None:
        """Nothing: the selection is a layer of the page."""


class MarkArea(OnPage):
    """Drag over a scan: a rectangle is marked."""

    def __init__(self, tools: Toolbox, start: Spot) -> None:
        """Start in a corner."""
        super().__init__(tools, start)
        self._now = start

    def move(self, sample: Sample) -> None:
        """Draw the rectangle to the pointer."""
        before = self.area(self.start, self._now)
        self._now = self.spot(sample)
        self.tools.view.refresh_desk(before | self.area(self.start, self._now))

    def end(self, sample: Sample) -> None:
        """Mark the area, unless it is hardly one."""
        self.move(sample)
        box = Box.around((self.user(self.start), self.user(self._now)))
        self.cancel()
        if min(box.width, box.height) >= _LEAST_AREA:
            self.tools.highlight_area(self.page, box)

    def cancel(self) -> None:
        """Leave no trace."""
        area = self.area(self.start, self._now)
        self._now = self.start
        self.tools.view.refresh_desk(area)

    def paint(self, painter: QPainter) -> None:
        """Show the rectangle as it will be."""
        dark = self.tools.view.renderer.dark
        colour = marks.colour_of(self.tools.options.highlighter, dark=dark, pen=False)
        painter.setPen(QPen(look().colour("focus"), 1, Qt.PenStyle.DashLine))
        colour.setAlphaF(0.5)
        painter.setBrush(colour)
        painter.drawRect(self.area(self.start, self._now))


class Press(OnPage):
    """A press: lifted where it is, it opens what is there; moved on, it becomes a drag."""

    def __init__(
        self, tools: Toolbox, start: Spot, sample: Sample, drag: Callable[[], Gesture | None]
    ) -> None:
        """Press; `drag` makes what a drag from here means, if anything."""
        super().__init__(tools, start)
        self._at = sample.at
        self._make = drag
        self._drag: Gesture | None = None
        self._slid = False

    def move(self, sample: Sample) -> None:
        """Begin the drag once the pointer has left its place."""
        far = (sample.at - self._at).manhattanLength() > QApplication.startDragDistance()
        self._slid = self._slid or far
        if self._slid and self._drag is None:
            # Tried again at each move: the words of the page may still be on their way.
            self._drag = self._make()
        if self._drag is not None:
            self._drag.move(sample)

    def end(self, sample: Sample) -> None:
        """Finish the drag, or act as a tap."""
        if self._drag is not None:
            self._drag.end(sample)
        elif not self._slid:
            self.tools.tap(self.start)

    def cancel(self) -> None:
        """Leave no trace."""
        if self._drag is not None:
            self._drag.cancel()

    def paint(self, painter: QPainter) -> None:
        """Show the drag."""
        if self._drag is not None:
            self._drag.paint(painter)


def begins_in_text(text: PageText, start: Spot) -> bool:
    """Tell whether a drag from `start` means words: some are near."""
    index = text.nearest(start.x, start.y)
    if index is None:
        return False
    box = text.boxes[index]
    across = max(box.x0 - start.x, start.x - box.x1)
    along = max(box.y0 - start.y, start.y - box.y1)
    return max(across, along) <= _FAR
