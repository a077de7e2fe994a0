"""When to exchange with the server: at unlock, by routine, after an action, and as it asks for it.

The routine: every minute, or every quarter of an hour while the server is heard (ADR 0021).

One exchange at a time. Being offline is no event: the state line says it, nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.sync_state import SyncState
from boardpack.services.synchronize import SyncReport
from ui.background import DAMAGED, Background, Lane
from ui.errors import note_bug
from ui.exchange.listener import Listener

ROUTINE_S: Final = 60
#: While the server is heard: what moves no feed, such as a mandate that begins, needs it still.
HEARING_S: Final = 15 * 60
JITTER: Final = 0.1
AFTER_ACTION_MS: Final = 1000
ERASED: Final = "account.erased"


class SyncDriver(QObject):
    """Starts exchanges; `state_changed` carries each new `SyncState`.

    `erased` when an exchange brought the order to erase this device: its key is destroyed already.
    """

    state_changed = Signal(object)
    erased = Signal()

    def __init__(
        self, session: Session, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._service = session.synchronizing
        self._background = background
        self._under_way = False
        self._again = False
        self._due = False
        self._stopped = False
        self._least = 0.0
        self._listener = Listener(session, background, self)
        self._listener.moved.connect(self._moved)
        self._listener.lost.connect(self._lost)
        self._routine = self._single_shot(self._routine_due)
        self._soon = self._single_shot(self.sync_now)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._activated)

    def _single_shot(self, action: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(action)
        return timer

    @property
    def under_way(self) -> bool:
        """Whether an exchange runs now."""
        return self._under_way

    def start(self) -> None:
        """Exchange now, then by routine."""
        self.read_state()
        self.sync_now()
        self._listener.start()

    def stop(self) -> None:
        """End the exchange under way and start no other."""
        self._stopped = True
        self._routine.stop()
        self._soon.stop()
        self._listener.stop()
        self._service.cancel()

    def cancel(self) -> None:
        """End the exchange under way; the routine goes on."""
        self._again = False
        self._service.cancel()

    def sync_now(self) -> None:
        """Exchange now, or right after the exchange that runs."""
        if self._stopped:
            return
        if self._under_way:
            self._again = True
            return
        self._under_way = True
        self._due = False
        self._soon.stop()
        report = self._background.reporter(self._show, self)
        self._background.run(
            lambda: self._service.sync_once(report),
            success=self._ended,
            failure=self._failed,
            lane=Lane.NETWORK,
            owner=self,
        )

    def changed(self, changes: Changes) -> None:
        """Exchange soon after the person did something; at once for what they want to read."""
        if self._under_way or self._stopped:
            # The exchange tells its own progress, and sees what was done meanwhile.
            self._again = self._again or changes.outbox or changes.transfers
            return
        if changes.awaited or changes.transfers:
            self.sync_now()
        elif changes.outbox or changes.doubts or changes.everything:
            self._background.run(
                self._service.state, success=self._show_and_send, failure=note_bug, owner=self
            )

    def read_state(self) -> None:
        """Ask the store how things stand."""
        self._background.run(self._service.state, success=self._show, failure=note_bug, owner=self)

    def _show(self, state: SyncState) -> None:
        self.state_changed.emit(state)

    def _show_and_send(self, state: SyncState) -> None:
        self._show(state)
        if state.waiting and not self._under_way and not self._stopped:
            self._soon.start(AFTER_ACTION_MS)

    def _ended(self, report: SyncReport) -> None:
        if report.code == DAMAGED:
            self._background.damaged.emit(report.error)
        if report.code == ERASED:
            self.stop()
            self.erased.emit()
            return
        # Of a server that is busy; of any other it is its routine.
        self._least = report.retry_after if report.code else 0
        calm = self._listener.hearing and not report.code
        self._finish(report.retry_after, report.next_in, HEARING_S if calm else ROUTINE_S)

    def _failed(self, error: Exception) -> None:
        note_bug(error)
        self._least = 0
        self._finish(0)

    def _finish(self, least: float, turn_in: float = 0, usual: float = ROUTINE_S) -> None:
        self._under_way = False
        self.read_state()
        if self._stopped:
            return
        # Never before the server wants to hear again.
        pause = self._spread(max(least, usual))
        self._routine.start(round((min(pause, turn_in) if turn_in else pause) * 1000))
        if self._again:
            self._again = False
            self.sync_now()

    @staticmethod
    def _spread(seconds: float) -> float:
        return seconds * (1 + random.uniform(0, JITTER))  # noqa: S311 no secret: spreads devices

    def _moved(self) -> None:
        """Exchange, unless the server asked for a pause: the routine comes after it anyway."""
        if not (self._least and self._routine.isActive()):
            self.sync_now()

    def _lost(self) -> None:
        """Come back to the usual routine when the server is heard no more."""
        soon = round(self._spread(max(self._least, ROUTINE_S)) * 1000)
        if self._routine.remainingTime() > soon:
            self._routine.start(soon)

    def _routine_due(self) -> None:
        if QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive:
            self.sync_now()
        else:
            self._due = True

    def _activated(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive and self._due:
            self.sync_now()
