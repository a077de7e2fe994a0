"""Fingers on the pages: one pushes them, two bring them closer. Belongs to every page view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QGestureEvent,
    QPinchGesture,
    QScroller,
    QScrollerProperties,
)


class Fingers(QObject):
    """Scrolls with a glide, and zooms around the middle of two fingers."""

    pinched = Signal()
    """Two fingers are down: whatever one finger had begun is over."""

    def __init__(
        self,
        area: QAbstractScrollArea,
        zoom: Callable[[], float],
        set_zoom: Callable[[float, QPointF], None],
    ) -> None:
        """Listen to the viewport of `area`; `set_zoom` also gets the place that shall stay."""
        super().__init__(area)
        self._area = area
        self._zoom, self._set_zoom = zoom, set_zoom
        self._start = 1.0
        self.ignored = False
        """While the pen is near: fingers are then the palm of the hand that writes."""
        viewport = area.viewport()
        viewport.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        viewport.grabGesture(Qt.GestureType.PinchGesture)
        viewport.installEventFilter(self)
        self._glide()
        self.let_scroll(allowed=True)

    def let_scroll(self, *, allowed: bool) -> None:
        """Let one finger scroll, or leave it to others."""
        viewport = self._area.viewport()
        if allowed:
            QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.TouchGesture)
        else:
            QScroller.scroller(viewport).stop()
            QScroller.ungrabGesture(viewport)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take pinches; leave the rest."""
        if isinstance(event, QGestureEvent) and not self.ignored:
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._pinch(pinch)
                event.accept(pinch)
                return True
        return super().eventFilter(watched, event)

    def _pinch(self, pinch: QPinchGesture) -> None:
        if pinch.state() is Qt.GestureState.GestureStarted:
            self._start = self._zoom()
            self.pinched.emit()
        viewport = self._area.viewport()
        centre = QPointF(viewport.mapFromGlobal(pinch.centerPoint().toPoint()))
        moved = pinch.centerPoint() - pinch.lastCenterPoint()
        self._set_zoom(self._start * pinch.totalScaleFactor(), centre)
        for bar, delta in (
            (self._area.horizontalScrollBar(), moved.x()),
            (self._area.verticalScrollBar(), moved.y()),
        ):
            bar.setValue(round(bar.value() - delta))

    def _glide(self) -> None:
        """Come to rest about one second after a flick."""
        scroller = QScroller.scroller(self._area.viewport())
        properties = scroller.scrollerProperties()
        metric = QScrollerProperties.ScrollMetric
        properties.setScrollMetric(metric.DecelerationFactor, 0.35)
        properties.setScrollMetric(metric.DragStartDistance, 0.003)
        policy = QScrollerProperties.OvershootPolicy.OvershootAlwaysOff
        properties.setScrollMetric(metric.VerticalOvershootPolicy, policy)
        properties.setScrollMetric(metric.HorizontalOvershootPolicy, policy)
        scroller.setScrollerProperties(properties)
