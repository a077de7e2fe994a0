"""Waiting for the window without sleeping: the event loop turns until something is true."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from ui.background import Background, Lane
from ui.staged import InTurns

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


def at_rest(window: QWidget, background: Background, *lanes: Lane) -> None:
    """Turn until nothing runs on `lanes` and the window has built what it was given."""
    until(lambda: not _building(window), "the screen")
    settle(background, *lanes)
    if _building(window):
        at_rest(window, background, *lanes)


def _building(window: QWidget) -> bool:
    """Tell whether the window is still being built, or dressed."""
    roots = (window, QCoreApplication.instance())
    found = [each for root in roots if root is not None for each in root.findChildren(InTurns)]
    return any(isValid(each) and each.running for each in found)
