"""What every screen of the window is: the base that other rooms build on.

A screen is a `QWidget` made by `Constructor(session, background, navigator, parent)`. The stack
calls, always on the GUI thread:

* `open_route(route)` once, right after construction: which sitting, which document…
* `opened()` each time it comes to the front, first time included: take the focus, load if needed.
* `refresh(changes)` when something changed while it is alive, shown or not. Load again only what
  `changes` touches; keep the scroll position: nothing moves under the finger.
* `closing()` when it leaves for good: save, cancel tasks. Its widgets are deleted afterwards.

It shows itself between the window's header and the bottom bar. The header has Back, then
`header()` if that gives a widget (the reader's item bar) or else `title()`, then the state line.
A screen never blocks: it asks by `self.run(lambda: session.reading.home(), self._show)` and gets
the answer later. A failure not handled by the caller is shown by `show_error`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from boardpack.services.changes import Changes
from boardpack.services.program import Session
from ui.background import Background, Lane, Task
from ui.errors import show_error
from ui.navigation import Navigator, Route

T = TypeVar("T")


class Screen(QWidget):
    """Base of every screen. Emit `retitled` when `title()` gives another text than before."""

    retitled = Signal()

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.background = background
        self.navigator = navigator
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def title(self) -> str:
        """Return what stands in the window's header, and in the window's title."""
        raise NotImplementedError

    def header(self) -> QWidget | None:
        """Return a widget for the header instead of the title; the same one at each call."""
        return None

    def wants_all(self) -> bool:
        """Whether the rail is hidden while this screen is shown in portrait (the reader)."""
        return False

    def open_route(self, route: Route) -> None:
        """Take the arguments of the route; called once."""

    def opened(self) -> None:
        """Come to the front."""

    def refresh(self, changes: Changes) -> None:
        """Load again what `changes` touches."""

    def closing(self) -> None:
        """Leave for good."""

    def panes(self) -> Sequence[QWidget]:
        """Return the widgets between which F6 goes round, in order."""
        return ()

    def search_field(self) -> QWidget | None:
        """Return the field that Ctrl+F goes to; None sends it to `Recherche`."""
        return None

    def run(
        self,
        operation: Callable[[], T],
        success: Callable[[T], Any],
        failure: Callable[[Exception], Any] | None = None,
        lane: Lane = Lane.STORE,
    ) -> Task:
        """Run `operation` on `lane`; nothing arrives once this screen is gone."""
        return self.background.run(
            operation,
            success=success,
            failure=failure or self.show_error,
            lane=lane,
            owner=self,
        )

    def show_error(self, error: Exception) -> None:
        """Tell the person what happened, in a dialog that stays until it is closed."""
        show_error(self, error)
