"""Sharing a note, sharing it no more, hiding somebody else's: asked over the reader, then done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from boardpack.annotation.note import Note
from boardpack.services.changes import Changes
from boardpack.services.circles import Circle
from ui.reader.notebook import Notebook
from ui.reader.share_dialog import Chosen, ShareDialog
from ui.screen import Screen


class NoteSharing(QObject):
    """Everything here happens only after the person said so."""

    def __init__(self, notebook: Notebook, screen: Screen) -> None:
        """Work over `screen`."""
        super().__init__(screen)
        self._notebook = notebook
        self._screen = screen
        self.dialog: ShareDialog | None = None

    def ask(self, note: Note) -> None:
        """Ask with whom to share a note of mine."""
        sharing = self._screen.session.sharing
        self._screen.run(
            lambda: sharing.circle(note.note_id), lambda circle: self._open(note, circle)
        )

    def hide(self, note: Note) -> None:
        """Hide a note of somebody else on this device."""
        sharing = self._screen.session.sharing
        self._do(lambda: sharing.hide(note))

    def _open(self, note: Note, circle: Circle) -> None:
        dialog = self.dialog = ShareDialog(note, circle, self._screen)
        dialog.decided.connect(lambda chosen: self._share(note, chosen))
        dialog.stopped.connect(lambda: self._stop(note))
        dialog.destroyed.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None

    def _share(self, note: Note, chosen: Chosen) -> None:
        sharing = self._screen.session.sharing
        self._do(
            lambda: sharing.share(
                note.note_id, official_ids=chosen.official_ids, group_id=chosen.group_id
            )
        )

    def _stop(self, note: Note) -> None:
        sharing = self._screen.session.sharing
        self._do(lambda: sharing.stop(note.note_id))

    def _do(self, change: Callable[[], Changes]) -> None:
        self._screen.run(change, self._done)

    def _done(self, changes: Changes) -> None:
        self._screen.session.announcer.announce(changes)
        self._notebook.reload()
