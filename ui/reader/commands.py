"""Every edit of a note can be undone: its state before, its state after."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from boardpack.annotation.note import Note
from ui.reader.notebook import Notebook


class WriteNote(QUndoCommand):
    """Adds (`before` None), changes, or removes (`after` None) one note."""

    def __init__(
        self, notebook: Notebook, text: str, *, before: Note | None, after: Note | None
    ) -> None:
        """Do nothing yet; pushing it on the stack does."""
        super().__init__(text)
        self._notebook = notebook
        self._before = before
        self._after = after

    def redo(self) -> None:
        """Bring the note to its state after."""
        self._bring(self._before, self._after)

    def undo(self) -> None:
        """Bring the note back to its state before."""
        self._bring(self._after, self._before)

    def _bring(self, there: Note | None, wanted: Note | None) -> None:
        if wanted is not None:
            self._notebook.put(wanted, there)
        elif there is not None:
            self._notebook.take(there)
