"""The window of an open session: rail, header, screens, state line; keys that work anywhere."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QWidget

from boardpack.services.changes import Changes
from boardpack.services.profile_state import ProfileState
from boardpack.services.program import Session
from ui.background import Background
from ui.bridge import Bridge
from ui.errors import note_bug
from ui.exchange.caretaker import Caretaker
from ui.exchange.driver import SyncDriver
from ui.exchange.network import NetworkWatch
from ui.exchange.state_line import StateLine
from ui.exchange.state_view import StateView
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.shell.companion import Companion
from ui.shell.header import Header
from ui.shell.rail import Rail, entries
from ui.shell.stack import ScreenStack
from ui.theme import look

#: A window narrower than this has its rail at the bottom, whatever its height.
SIDE_FROM: Final = 720
#: From this text size on, the state line has a line of its own.
STRIP_FROM: Final = 1.5


class Shell(QWidget):
    """Lives as long as the sessions are open and the language stays the same.

    `erased` carries the account that its server had erased.
    """

    retitled = Signal(str)
    erased = Signal(str)

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.navigator = navigator
        self._background = background
        sessions = session.together.sessions
        self.companions = tuple(Companion(each, background, self) for each in sessions)
        self.network = NetworkWatch(self)
        self.stack = ScreenStack(session, background, navigator, self)
        self._session = session
        self._roles = self._read_roles()
        self._side, self._bottom = self._make_rails()
        self._header = Header()
        self._strip = QFrame()
        self._lines = (StateLine(), StateLine())
        look().dress(self._header)
        look().dress(self._strip)
        self._lay_out()
        self._connect()
        self._add_keys()
        self._portrait = False
        self._arrange()

    @property
    def driver(self) -> SyncDriver:
        """The exchanges of the first account."""
        return self._first.driver

    @property
    def bridge(self) -> Bridge:
        """What the first account announces."""
        return self._first.bridge

    @property
    def caretaker(self) -> Caretaker:
        """The upkeep of the first account."""
        return self._first.caretaker

    @property
    def _first(self) -> Companion:
        return self.companions[0]

    def start(self) -> None:
        """Show the first screen and begin to exchange with the servers."""
        self.stack.follow()
        self.network.start()
        for each in self.companions:
            each.start()
        self._background.run(
            self._session.together.states,
            success=self._show_accounts,
            failure=note_bug,
            owner=self,
        )

    def finish(self) -> None:
        """Save what is open, stop exchanging; the sessions may then be closed."""
        for each in self.companions:
            each.finish()
        self.stack.close_all()

    def sync_now(self) -> None:
        """Exchange with every server."""
        for each in self.companions:
            each.driver.sync_now()

    def _sense(self, said: object) -> None:
        """Let every account know whether the network is limited."""
        for each in self.companions:
            each.session.steering.sense(detected=said if isinstance(said, bool) else None)

    def _show_accounts(self, states: tuple[ProfileState, ...]) -> None:
        for line in self._lines:
            line.show_accounts(states)

    def _read_roles(self) -> tuple[bool, bool]:
        people = [each.session.me for each in self.companions]
        return any(me.signs for me in people), any(me.prepares for me in people)

    def _lay_out(self) -> None:
        self._strip.setProperty("role", "footer")
        strip = QHBoxLayout(self._strip)
        one = look().metrics.one
        strip.setContentsMargins(one, 0, one, 0)
        strip.addWidget(self._lines[1])
        strip.addStretch(1)
        self._header.add_end(self._lines[0])
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self._header, 0, 1)
        grid.addWidget(self.stack, 1, 1)
        grid.addWidget(self._strip, 2, 1)
        self._place_rails()
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)

    def _make_rails(self) -> tuple[Rail, Rail]:
        signs, prepares = self._roles
        shown = entries(signs=signs, prepares=prepares)
        made = Rail(shown, portrait=False), Rail(shown, portrait=True)
        for rail in made:
            look().dress(rail)
            rail.chosen.connect(self._go)
        return made

    def _place_rails(self) -> None:
        self._grid.addWidget(self._side, 0, 0, 3, 1)
        self._grid.addWidget(self._bottom, 3, 0, 1, 2)

    def _renew_rails(self) -> None:
        """Show other entries when the person's roles changed."""
        roles = self._read_roles()
        if roles == self._roles:
            return
        self._roles = roles
        for rail in (self._side, self._bottom):
            self._grid.removeWidget(rail)
            rail.deleteLater()
        self._side, self._bottom = self._make_rails()
        self._place_rails()
        self._show_place()

    def _connect(self) -> None:
        for each in self.companions:
            self._follow(each)
        self.network.told.connect(self._sense)
        self.stack.shown.connect(self._show_place)
        self.stack.built.connect(self._serve)
        self.stack.ending.connect(self._header.forget)
        self._header.back.connect(self.navigator.back)
        for line in self._lines:
            line.clicked.connect(self.navigator.state)
        look().changed.connect(self._arrange)

    def _follow(self, companion: Companion) -> None:
        companion.bridge.changed.connect(self._changed)
        account, server = companion.session.account, companion.session.server
        companion.driver.erased.connect(lambda: self.erased.emit(account))
        for line in self._lines:
            companion.driver.state_changed.connect(partial(line.show_state, server=server))

    def _add_keys(self) -> None:
        for keys, action in (
            ("Alt+Left", self.navigator.back),
            ("F6", self.next_pane),
            ("Shift+F6", self.previous_pane),
            ("Ctrl+F", self.search),
            ("F5", self.sync_now),
        ):
            QShortcut(QKeySequence(keys), self, action)

    def next_pane(self) -> None:
        """Move the focus to the next part of the window."""
        self._step(1)

    def previous_pane(self) -> None:
        """Move the focus to the part of the window before."""
        self._step(-1)

    def search(self) -> None:
        """Go to the field that searches here, or to `Recherche`."""
        screen = self.stack.front
        field = screen.search_field() if screen else None
        if field is None:
            self.navigator.search()
        else:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _step(self, by: int) -> None:
        screen = self.stack.front
        rail = self._bottom if self._portrait else self._side
        panes = [rail.first(), *(screen.panes() if screen else ()), self._line]
        panes = [pane for pane in panes if pane.isVisible()]
        focus = QApplication.focusWidget()
        here = next(
            (
                place
                for place, pane in enumerate(panes)
                if focus is not None and (pane is focus or pane.isAncestorOf(focus))
            ),
            -1 if by > 0 else 0,
        )
        panes[(here + by) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def _line(self) -> StateLine:
        return self._lines[1] if self._strip.isVisible() else self._lines[0]

    def _serve(self, screen: QWidget) -> None:
        if isinstance(screen, StateView):
            screen.serve([(each.session, each.driver) for each in self.companions])

    def _go(self, route: Route) -> None:
        if isinstance(route, SecretariatRoute):
            offices = [each.session for each in self.companions if each.session.me.prepares]
            route = replace(route, account=offices[0].account) if offices else route
        self.navigator.open(route)

    def _changed(self, changes: Changes) -> None:
        self.stack.refresh(changes)
        self._renew_rails()

    def _show_place(self) -> None:
        screen = self.stack.front
        if screen is None:
            return
        self._header.show_screen(
            screen.title(), screen.header(), can_go_back=self.navigator.can_go_back
        )
        for rail in (self._side, self._bottom):
            rail.mark(self.navigator.root)
        self._arrange()
        self.retitled.emit(screen.title())

    def _arrange(self) -> None:
        self._portrait = self.width() < max(self.height(), SIDE_FROM)
        strip = self._portrait or look().metrics.scale >= STRIP_FROM
        screen = self.stack.front
        alone = screen is not None and screen.wants_all()
        self._side.setVisible(not self._portrait)
        self._bottom.setVisible(self._portrait and not alone)
        self._strip.setVisible(strip)
        self._lines[0].setVisible(not strip)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the rail where there is room for it."""
        super().resizeEvent(event)
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go back with the mouse's own button for it."""
        if event.button() is Qt.MouseButton.BackButton:
            self.navigator.back()
            return
        super().mousePressEvent(event)
