"""The pages as one reads them. Scrolling copies what is shown and paints the exposed strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Note, Quad
from boardpack.services.read_models import Position
from ui.reader.desk_view import DeskView
from ui.reader.fingers import Fingers
from ui.reader.layout import GAP, Fit, clamp_zoom
from ui.reader.renderer import PageRenderer
from ui.reader.wishes import wishes

STEP: Final = 1.2
"""One press of + or - changes the zoom by a fifth."""
_SETTLE_MS: Final = 150
"""After the last step of a zoom, before sharp pictures are asked for."""
_FIT_CODES: Final = {Fit.WIDTH: 0.0, Fit.PAGE: -1.0}
"""How a fit is written where a zoom is stored."""


class PageView(DeskView):
    """Moves over the pages of one document, at one zoom."""

    current_changed = Signal(int)
    """Another page fills most of the view."""
    moved = Signal()
    """It was scrolled or zoomed, by anybody."""
    zoomed = Signal()
    shown = Signal()
    """The page looked at is there, for the first time since the document was opened."""

    def __init__(
        self,
        renderer: PageRenderer,
        notes_on: Callable[[int], tuple[Note, ...]],
        parent: QWidget | None = None,
    ) -> None:
        """Show nothing yet."""
        super().__init__(renderer, notes_on, parent)
        self._current = -1
        self._direction = 1
        self._awaited = False
        self.fingers = Fingers(self, lambda: self.zoom, self.set_zoom)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._settled)
        renderer.arrived.connect(self._arrived)
        renderer.failed.connect(self._arrived)

    # --- what is shown ---

    def show_document(self, boxes: Sequence[PageBox], position: Position | None) -> None:
        """Show pages of these boxes, from `position` on, or from the top at full width."""
        self.boxes = tuple(boxes)
        self._current = -1
        self._awaited = bool(boxes)
        self.painter.forget()
        code = position.zoom if position else 0.0
        self.fit = next((fit for fit, known in _FIT_CODES.items() if known == code), Fit.FREE)
        self._zoom = clamp_zoom(code) if self.fit is Fit.FREE else 1.0
        self.lay_out()
        self.go_to(position.page if position else 0, position.top if position else 0.0)
        self.viewport().update()

    @property
    def current(self) -> int:
        """The page that fills most of the view."""
        return max(0, self._current)

    @property
    def zoom(self) -> float:
        """Logical pixels a point, of the current page."""
        pages = self.desk.pages
        return pages[min(self.current, len(pages) - 1)].zoom if pages else self._zoom

    def position(self) -> Position:
        """Return what brings this view back: page, points above its upper edge, zoom or fit."""
        top = self.verticalScrollBar().value() + GAP
        page = self.desk.page_at(top)
        above = self.desk.spot_on(page, 0, top).y if self.desk.pages else 0.0
        return Position(page, max(0.0, above), _FIT_CODES.get(self.fit, self._zoom))

    def go_to(self, page: int, top: float = 0.0) -> None:
        """Bring a page to the upper edge, `top` points of it above."""
        if not self.desk.pages:
            return
        placed = self.desk.pages[min(max(0, page), len(self.desk.pages) - 1)]
        self.verticalScrollBar().setValue(round(placed.y - GAP + top * placed.zoom))
        self._moved()

    def reveal(self, page: int, quads: Sequence[Quad]) -> None:
        """Scroll only if needed so that `quads` of `page` are seen, away from the edges."""
        if not quads or page >= len(self.desk.pages):
            self.go_to(page)
            return
        box = self.to_desk(page, quads)
        view = QRectF(self.view_rect())
        if view.adjusted(0, GAP, 0, -GAP).contains(box):
            return
        self.verticalScrollBar().setValue(round(box.center().y() - view.height() / 3))
        if box.left() < view.left() or box.right() > view.right():
            self.horizontalScrollBar().setValue(round(box.left() - 4 * GAP))
        self._moved()

    def rest(self) -> None:
        """Let the pictures go while nobody looks."""
        self.renderer.rest()
        self.painter.forget_pictures()

    def look_again(self) -> None:
        """Ask for the pictures of what is seen."""
        self._aim()
        self.viewport().update()

    # --- zoom ---

    def set_fit(self, fit: Fit) -> None:
        """Fit the width or the page from now on."""
        self._rezoom(fit, self.zoom, None)

    def set_zoom(self, zoom: float, around: QPointF | None = None) -> None:
        """Show at `zoom` logical pixels a point; what is at `around` of the viewport stays."""
        self._rezoom(Fit.FREE, clamp_zoom(zoom), around)

    def repaint_pages(self, *, dark: bool) -> None:
        """Show light or dark pages from now on."""
        self.renderer.repaint(dark=dark)
        self.look_again()

    def _rezoom(self, fit: Fit, zoom: float, around: QPointF | None) -> None:
        if not self.desk.pages:
            return
        point = around or QPointF(self.viewport().width() / 2, GAP)
        place = point + QPointF(self.view_rect().topLeft())
        spot = self.desk.spot_on(self.desk.page_at(place.y()), place.x(), place.y())
        self.fit, self._zoom = fit, zoom
        # Until the hand rests, old pictures are stretched without smoothing: that is cheap.
        self.painter.smooth = False
        self._settle.start()
        self.lay_out()
        x, y = self.desk.place(spot)
        self.horizontalScrollBar().setValue(round(x - point.x()))
        self.verticalScrollBar().setValue(round(y - point.y()))
        self.viewport().update()
        self._moved()
        self.zoomed.emit()

    def _settled(self) -> None:
        self.painter.smooth = True
        self.look_again()

    # --- following ---

    def _moved(self) -> None:
        view = self.view_rect()
        current = self.desk.current(view.top(), view.bottom() + 1)
        if not self._settle.isActive():
            self._aim()
        if current != self._current and self.desk.pages:
            self._current = current
            self.current_changed.emit(current)
        self.moved.emit()

    def _aim(self) -> None:
        if self.isVisible():
            ratio = self.devicePixelRatioF()
            slow = self.renderer.is_slow
            self.renderer.aim(wishes(self.desk, self.view_rect(), ratio, self._direction, slow))

    def _arrived(self, page: int) -> None:
        self.refresh_page(page)
        if self._awaited and page == self.current and self.renderer.failure(page) is None:
            self._awaited = False
            self.shown.emit()

    # --- Qt's events ---

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Copy what stays visible; only the strip that appears is painted."""
        if dy:
            self._direction = -1 if dy > 0 else 1
        ratio = self.devicePixelRatioF()
        if (dx * ratio).is_integer() and (dy * ratio).is_integer():
            self.viewport().scroll(dx, dy)
        else:
            # Half a pixel cannot be copied: at 150 % it would leave a seam.
            self.viewport().update()
        self._moved()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the place when the window changes."""
        super().resizeEvent(event)
        position = self.position()
        self.lay_out()
        self.go_to(position.page, position.top)
        self.zoomed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for pictures of what was opened while nobody saw it."""
        super().showEvent(event)
        self._aim()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer with Ctrl, else scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_zoom(self.zoom * STEP ** (event.angleDelta().y() / 120), event.position())
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by keys as in any reader."""
        bar = self.verticalScrollBar()
        page = round(0.9 * bar.pageStep())
        steps = {
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Space: page,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_Backspace: -page,
            Qt.Key.Key_Down: bar.singleStep(),
            Qt.Key.Key_Up: -bar.singleStep(),
            Qt.Key.Key_Home: bar.minimum() - bar.value(),
            Qt.Key.Key_End: bar.maximum() - bar.value(),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + step)
