"""Mouse, pen and finger on the pages: which of them draws, which one scrolls.

The rule (`reader.md` §5.2): a finger scrolls and pinches, unless "the finger draws" is switched
on; a pen or a mouse uses the tool. While the pen is near, and half a second after, fingers count
for nothing: they are the palm of the hand that writes.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import (
    QInputDevice,
    QMouseEvent,
    QPainter,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QGestureEvent, QTapAndHoldGesture

from ui.reader.gestures import (
    Gesture,
    MarkArea,
    Press,
    Sample,
    SelectWords,
    begins_in_text,
)
from ui.reader.ink_gestures import DrawInk, Erase
from ui.reader.layout import Spot
from ui.reader.toolbox import Tool, Toolbox

PALM_MS: Final = 500
_MOUSE_PRESSURE: Final = 0.5
_MARKING: Final = frozenset({Tool.HIGHLIGHT, Tool.INK, Tool.ERASER})
_CURSORS: Final = {
    Tool.READ: Qt.CursorShape.ArrowCursor,
    Tool.HIGHLIGHT: Qt.CursorShape.IBeamCursor,
    Tool.NOTE: Qt.CursorShape.PointingHandCursor,
    Tool.INK: Qt.CursorShape.CrossCursor,
    Tool.ERASER: Qt.CursorShape.CrossCursor,
}


class Pointer(QObject):
    """Turns the events of the viewport into gestures of the tool in hand."""

    def __init__(self, tools: Toolbox) -> None:
        """Listen to the viewport of `tools.view`."""
        super().__init__(tools)
        self._tools = tools
        self._view = tools.view
        self._gesture: Gesture | None = None
        self._touched = False
        self._palm = QTimer(self, singleShot=True, interval=PALM_MS)
        self._palm.timeout.connect(self.settle)
        viewport = self._view.viewport()
        viewport.grabGesture(Qt.GestureType.TapAndHoldGesture)
        viewport.installEventFilter(self)
        self._view.paint_live = self._paint
        self._view.fingers.pinched.connect(self._drop)
        tools.tool_changed.connect(self.settle)
        self.settle()

    @property
    def finger_draws(self) -> bool:
        """Whether one finger uses the tool in hand; else it scrolls."""
        return self._tools.options.finger_draws and self._tools.tool in _MARKING

    def settle(self) -> None:
        """Let fingers scroll, or not, as the tool and the pen have it now."""
        self._view.viewport().setCursor(_CURSORS[self._tools.tool])
        palm = self._palm.isActive()
        self._view.fingers.ignored = palm
        self._view.fingers.let_scroll(allowed=not (palm or self.finger_draws))

    # --- events ---

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is ours; leave the rest to the view."""
        if isinstance(event, QTabletEvent):
            return self._tablet(event)
        if isinstance(event, QTouchEvent):
            return self._touch(event)
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        if isinstance(event, QGestureEvent):
            return self._gestures(event)
        return super().eventFilter(watched, event)

    def _tablet(self, event: QTabletEvent) -> bool:
        if not self._palm.isActive():
            self._palm.start()
            self.settle()
        self._palm.start()
        event.accept()
        sample = Sample(event.position(), event.pressure(), float(event.timestamp()))
        match event.type():
            case QEvent.Type.TabletPress:
                reversed_pen = event.pointerType() is QPointingDevice.PointerType.Eraser
                self._begin(sample, Tool.ERASER if reversed_pen else self._tools.tool)
            case QEvent.Type.TabletMove if event.buttons():
                self._move(sample)
            case QEvent.Type.TabletRelease:
                self._end(sample)
        return True

    def _touch(self, event: QTouchEvent) -> bool:
        if event.device().type() is QInputDevice.DeviceType.TouchPad:
            return False
        if self._palm.isActive():
            event.accept()
            return True
        self._touched = True
        if not self.finger_draws:
            return False
        points = event.points()
        if event.type() is QEvent.Type.TouchCancel or len(points) != 1:
            self._drop()
        else:
            sample = Sample(points[0].position(), _MOUSE_PRESSURE, float(event.timestamp()))
            match event.type():
                case QEvent.Type.TouchBegin:
                    self._begin(sample, self._tools.tool)
                case QEvent.Type.TouchUpdate:
                    self._move(sample)
                case QEvent.Type.TouchEnd:
                    self._end(sample)
        event.accept()
        return True

    def _mouse(self, event: QMouseEvent) -> bool:
        finger = event.source() is not Qt.MouseEventSource.MouseEventNotSynthesized
        sample = Sample(event.position(), _MOUSE_PRESSURE, float(event.timestamp()))
        left = event.button() is Qt.MouseButton.LeftButton
        match event.type():
            case QEvent.Type.MouseButtonPress if left:
                self._touched = finger
                self._view.setFocus(Qt.FocusReason.MouseFocusReason)
                self._begin(sample, self._tools.tool, only_tap=finger)
                return True
            case QEvent.Type.MouseMove if event.buttons() & Qt.MouseButton.LeftButton:
                self._move(sample)
                return True
            case QEvent.Type.MouseMove:
                self._hover(sample)
                return False
            case QEvent.Type.MouseButtonRelease if left:
                self._end(sample)
                return True
        return False

    def _gestures(self, event: QGestureEvent) -> bool:
        hold = event.gesture(Qt.GestureType.TapAndHoldGesture)
        if isinstance(hold, QTapAndHoldGesture):
            self._hold(hold)
            event.accept(hold)
            return True
        return False

    def _hold(self, hold: QTapAndHoldGesture) -> None:
        """A finger that stays selects the word under it, whatever the tool."""
        finished = hold.state() is Qt.GestureState.GestureFinished
        if not finished or not self._touched or self._tools.tool not in (Tool.READ, Tool.HIGHLIGHT):
            return
        at = QPointF(self._view.viewport().mapFromGlobal(hold.position().toPoint()))
        spot = self._view.spot(at)
        text = self._tools.texts.get(spot.page) if spot else None
        if spot is None or text is None or text.word_at(spot.x, spot.y) is None:
            return
        self._drop()
        words = text.between((spot.x, spot.y), (spot.x, spot.y))
        self._tools.select(spot.page, text, words)
        self._tools.offer()

    # --- one gesture at a time ---

    def _begin(self, sample: Sample, tool: Tool, *, only_tap: bool = False) -> None:
        self._drop()
        spot = self._view.spot(sample.at)
        if spot is None:
            self._tools.select_nothing()
        elif only_tap:
            self._gesture = Press(self._tools, spot, sample, lambda: None)
        elif tool is Tool.INK:
            self._gesture = DrawInk(self._tools, spot, sample)
        elif tool is Tool.ERASER:
            self._gesture = Erase(self._tools, spot, sample)
        else:
            self._gesture = Press(self._tools, spot, sample, lambda: self._drag(spot, tool))

    def _drag(self, spot: Spot, tool: Tool) -> Gesture | None:
        tools = self._tools
        text = tools.texts.get(spot.page)
        if text is None:
            return None
        if tool is Tool.HIGHLIGHT:
            if not begins_in_text(text, spot):
                return MarkArea(tools, spot)
            return SelectWords(tools, spot, text, tools.highlight_selection)
        then = tools.draft_note if tool is Tool.NOTE else tools.offer
        return SelectWords(tools, spot, text, then)

    def _move(self, sample: Sample) -> None:
        if self._gesture is None:
            return
        beyond = sample.at.y() - self._view.viewport().height()
        step = beyond if beyond > 0 else min(0.0, sample.at.y())
        if step:
            bar = self._view.verticalScrollBar()
            bar.setValue(round(bar.value() + step / 4))
        self._gesture.move(sample)

    def _end(self, sample: Sample) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.end(sample)

    def _drop(self) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.cancel()

    def _hover(self, sample: Sample) -> None:
        if self._tools.tool is not Tool.READ:
            return
        shape = Qt.CursorShape.ArrowCursor
        spot = self._view.spot(sample.at)
        if spot is not None:
            text = self._tools.texts.get(spot.page)
            if self._tools.note_at(spot) is not None:
                shape = Qt.CursorShape.PointingHandCursor
            elif text is not None and text.word_at(spot.x, spot.y) is not None:
                shape = Qt.CursorShape.IBeamCursor
        self._view.viewport().setCursor(shape)

    def _paint(self, painter: QPainter) -> None:
        if self._gesture is not None:
            self._gesture.paint(painter)
