"""The screens that are alive, the shown one in front."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from boardpack.services.changes import Changes
from boardpack.services.program import Session
from ui.background import Background
from ui.navigation import Navigator, Route, account_of
from ui.screen import Screen
from ui.screens import build
from ui.theme import look

#: Screens kept alive, so that Back finds them as they were; older ones are built again.
ALIVE: Final = 6


class ScreenStack(QStackedWidget):
    """Follows the navigator: builds what it asks for, keeps the last ones, closes the oldest."""

    shown = Signal()
    built = Signal(object)  # a new screen, before it is shown
    ending = Signal(object)  # the header widget of a screen that ends

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._background, self._navigator = session, background, navigator
        self._alive: dict[Route, Screen] = {}  # oldest use first
        navigator.moved.connect(self.follow)
        navigator.renamed.connect(self._rename)

    @property
    def front(self) -> Screen | None:
        """The screen in front."""
        found = self.currentWidget()
        return found if isinstance(found, Screen) else None

    def follow(self) -> None:
        """Show what the navigator points at."""
        route = self._navigator.route
        screen = self._alive.pop(route, None)
        if screen is None:
            account = account_of(route)
            session = self._session.together.session(account) or self._session
            navigator = self._navigator.within(session.account if account else "")
            screen = build(route, session, self._background, navigator, self)
            screen.retitled.connect(self.shown)
            look().dress(screen)
            self.addWidget(screen)
            self.built.emit(screen)
        self._alive[route] = screen
        self.setCurrentWidget(screen)
        # Else Qt gives the focus to whatever comes next, the state line for instance.
        screen.setFocus(Qt.FocusReason.OtherFocusReason)
        screen.opened()
        self._close_oldest()
        self.shown.emit()

    def refresh(self, changes: Changes) -> None:
        """Tell every living screen what changed."""
        for screen in tuple(self._alive.values()):
            screen.refresh(changes)

    def close_all(self) -> None:
        """Let every screen save, then end them."""
        for route in tuple(self._alive):
            self._end(route)

    def _rename(self, old: Route, new: Route) -> None:
        """Learn the new route of a screen that moved by itself (`Navigator.here`)."""
        screen = self._alive.pop(old, None)
        if screen is None:
            return
        if new in self._alive:
            self._end(new)
        self._alive[new] = screen
        self.shown.emit()

    def _close_oldest(self) -> None:
        while len(self._alive) > ALIVE:
            self._end(next(iter(self._alive)))

    def _end(self, route: Route) -> None:
        screen = self._alive.pop(route)
        screen.closing()
        own = screen.header()
        if own is not None:
            self.ending.emit(own)
            own.deleteLater()
        self.removeWidget(screen)
        screen.deleteLater()
