"""Changes, and the announcer that tells each subscriber once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from boardpack.domain.changes import NOTHING, Changes

__all__ = ["NOTHING", "Announcer", "Changes", "Subscriber"]

Subscriber: TypeAlias = Callable[[Changes], None]


class Announcer:
    """Plain callbacks, called on the thread that announces; the window turns them into a signal."""

    def __init__(self) -> None:
        """Start without subscribers."""
        self._subscribers: list[Subscriber] = []

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback` at each announcement; return what ends the subscription."""
        self._subscribers.append(callback)

        def leave() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return leave

    def announce(self, changes: Changes) -> Changes:
        """Tell every subscriber of `changes`, unless nothing changed; return them."""
        if changes:
            for callback in tuple(self._subscribers):
                callback(changes)
        return changes
