"""Waiting for the window without sleeping: the event loop turns until something is true."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer

from ui.background import Background, Lane

PATIENCE_S = 30.0


def turn(milliseconds: int = 5) -> None:
    """Let the event loop turn for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def until(true: Callable[[], bool], what: str = "the window") -> None:
    """Turn until `true()`; fail after a while."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain for {what}")
        turn()


def settle(background: Background, *lanes: Lane) -> None:
    """Turn until nothing runs on `lanes` (the store's and the renderer's) and all was delivered."""
    watched = lanes or (Lane.STORE, Lane.RENDER)
    quiet = 0
    end = time.monotonic() + PATIENCE_S
    while quiet < 3 and time.monotonic() < end:
        turn()
        quiet = 0 if any(background.busy(lane) for lane in watched) else quiet + 1
