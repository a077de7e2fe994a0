"""What goes on beside the screens for one open account: exchanges, search index, upkeep."""

from __future__ import annotations

from PySide6.QtCore import QObject

from boardpack.services.changes import Changes
from boardpack.services.program import Session
from ui.background import Background
from ui.bridge import Bridge
from ui.exchange.caretaker import Caretaker
from ui.exchange.driver import SyncDriver
from ui.search.indexer import Indexer


class Companion(QObject):
    """One account's own; what one account's server does keeps no other from its exchanges."""

    def __init__(
        self, session: Session, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.bridge = Bridge(session.announcer, self)
        self.driver = SyncDriver(session, background, self)
        self.indexer = Indexer(session, background, self)
        self.caretaker = Caretaker(session, background, self)
        self.bridge.changed.connect(self._changed)

    def _changed(self, changes: Changes) -> None:
        self.driver.changed(changes)
        self.indexer.changed(changes)

    def start(self) -> None:
        """Begin to exchange with the server."""
        self.driver.start()
        self.indexer.start()
        self.caretaker.start()

    def finish(self) -> None:
        """Stop; the session may then be closed."""
        self.driver.stop()
        self.indexer.stop()
        self.caretaker.stop()
        self.bridge.close()
