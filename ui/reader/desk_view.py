"""The desk: pages one under the other, painted. Where it stands and how close is `PageView`'s."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Note, Quad
from ui.reader import marks
from ui.reader.layout import Fit, PageLayout, Size, Spot
from ui.reader.page_painter import PagePainter
from ui.reader.renderer import PageRenderer
from ui.theme import look
from ui.widgets.labels import restyle

_BY_KEYBOARD: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class DeskView(QAbstractScrollArea):
    """Paints pages, and turns places of the viewport into places on them."""

    def __init__(
        self,
        renderer: PageRenderer,
        notes_on: Callable[[int], tuple[Note, ...]],
        parent: QWidget | None = None,
    ) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.setProperty("role", "desk")
        look().changed.connect(self._dress)
        self._dress()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)
        self.renderer = renderer
        self.painter = PagePainter(renderer, notes_on, self)
        self.painter.baked.connect(self.refresh_page)
        renderer.delayed.connect(self.refresh_page)
        self.paint_live: Callable[[QPainter], None] | None = None
        self.boxes: tuple[PageBox, ...] = ()
        self.fit = Fit.WIDTH
        self._zoom = 1.0
        self._head_room = 0
        self._desk = PageLayout((), Size(1, 1), Fit.WIDTH, 1.0)

    @property
    def desk(self) -> PageLayout:
        """Where the pages stand."""
        return self._desk

    def view_rect(self) -> QRect:
        """Return which part of the desk is seen."""
        corner = QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        return QRect(corner, self.viewport().size())

    def spot(self, at: QPointF) -> Spot | None:
        """Return what point of what page is at `at` of the viewport."""
        corner = self.view_rect().topLeft()
        return self._desk.spot(at.x() + corner.x(), at.y() + corner.y())

    def spot_on(self, page: int, at: QPointF) -> Spot:
        """Return `at` of the viewport as a point of `page`, also outside of it."""
        corner = self.view_rect().topLeft()
        return self._desk.spot_on(page, at.x() + corner.x(), at.y() + corner.y())

    def to_desk(self, page: int, quads: Sequence[Quad]) -> QRectF:
        """Return the box around `quads` of `page`, on the desk."""
        placed = self._desk.pages[page]
        to_page = marks.transform(self.boxes[page], placed.zoom)
        area = QRectF()
        for quad in quads:
            area |= to_page.map(marks.polygon(quad)).boundingRect()
        return area.translated(placed.x, placed.y)

    def refresh_desk(self, area: QRectF) -> None:
        """Paint a part of the desk again."""
        corner = self.view_rect().topLeft()
        self.viewport().update(area.toAlignedRect().translated(-corner).adjusted(-2, -2, 2, 2))

    def refresh_page(self, page: int) -> None:
        """Paint one page again, and what may stand over its edge."""
        if page < len(self._desk.pages):
            placed = self._desk.pages[page]
            self.refresh_desk(QRectF(placed.x, placed.y, placed.width, placed.height))

    def leave_head_room(self, height: int) -> None:
        """Let the first page be pulled down by `height`, from under what floats over it."""
        bar = self.verticalScrollBar()
        at_top = bar.value() <= 0
        self._head_room = height
        bar.setMinimum(-height)
        if at_top:
            bar.setValue(-height)

    def lay_out(self) -> None:
        """Place the pages for the zoom and the window as they are now."""
        size = self.viewport().size()
        sizes = [Size(box.width, box.height) for box in self.boxes]
        self._desk = PageLayout(sizes, Size(size.width(), size.height()), self.fit, self._zoom)
        for bar, least, whole, seen in (
            (self.verticalScrollBar(), -self._head_room, self._desk.height, size.height()),
            (self.horizontalScrollBar(), 0, self._desk.width, size.width()),
        ):
            bar.setRange(least, max(least, whole - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(look().metrics.touch)

    def _dress(self) -> None:
        """Keep room for the focus ring, so that the pages do not move when it comes."""
        width = look().metrics.focus
        desk, ring = look().colour("desk").name(), look().colour("focus").name()
        self.setStyleSheet(
            f"DeskView, PageView {{ border: {width}px solid {desk}; background: {desk}; }}"
            f'PageView[ring="true"] {{ border-color: {ring}; }}'
        )

    # --- Qt's events ---

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring to those who came by keyboard."""
        super().focusInEvent(event)
        restyle(self, "ring", event.reason() in _BY_KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        restyle(self, "ring", value=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the exposed strips: desk, then pages, then what the hand is drawing."""
        painter = QPainter(self.viewport())
        corner = self.view_rect().topLeft()
        painter.translate(-corner)
        # The box around the exposed region: Qt clips what lies in the box but was copied.
        exposed = event.rect().translated(corner)
        painter.fillRect(exposed, look().colour("desk"))
        for page in self._desk.visible(exposed.top(), exposed.bottom() + 1):
            self.painter.paint(painter, self._desk.pages[page], self.boxes[page], exposed)
        if self.paint_live is not None:
            self.paint_live(painter)
        painter.end()
