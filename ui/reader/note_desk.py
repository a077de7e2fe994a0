"""What happens to written notes: opened, changed, removed, jumped to."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from boardpack.annotation.note import Note
from ui.reader.note_editor import NoteEditor
from ui.reader.note_sharing import NoteSharing
from ui.reader.toolbox import Toolbox

_SHOWN_MS = 4000


class NoteDesk(QObject):
    """Opens the editor over the screen; gives what was written to the toolbox."""

    version_asked = Signal(str, str)
    """A note stands on another version: that version's digest, and the note."""

    def __init__(self, tools: Toolbox, sharing: NoteSharing, screen: QWidget) -> None:
        """Work with `tools`."""
        super().__init__(screen)
        self._tools = tools
        self.sharing = sharing
        self._screen = screen
        self._writable = True
        self._wanted = ""
        self.editor: NoteEditor | None = None
        self._fade = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._fade.timeout.connect(lambda: self.focus(None))
        tools.note_drafted.connect(self._draft)
        tools.note_opened.connect(self.edit)
        tools.notebook.changed.connect(self.seek)

    def allow(self, *, allowed: bool) -> None:
        """Let notes be written, or only read."""
        self._writable = allowed

    def want(self, note_id: str) -> None:
        """Jump to this note as soon as it is known."""
        self._wanted = note_id

    def seek(self) -> None:
        """Jump to the wanted note, once both it and the pages are there."""
        note = self._tools.notebook.get(self._wanted)
        if note is not None and self._tools.view.boxes:
            self._wanted = ""
            self.jump(note)

    def edit(self, note: Note) -> None:
        """Open a note that exists."""
        notebook = self._tools.notebook
        writable = self._writable and notebook.is_mine(note)
        made = NoteEditor(note, self._screen, new=False, writable=writable)
        made.show_people(notebook.author(note), notebook.readers(note))
        editor = self._open(made)
        editor.saved.connect(lambda after: self._save(note, after))
        editor.removed.connect(lambda: self.remove(note))
        editor.share_asked.connect(lambda after: self._share(note, after))
        editor.hide_asked.connect(lambda: self.sharing.hide(note))

    def remove(self, note: Note) -> None:
        """Remove a note; it can be undone."""
        self.focus(None)
        self._tools.remove(note)

    def jump(self, note: Note) -> None:
        """Show a note where it stands, on its own version."""
        if not self._tools.notebook.is_here(note):
            self.version_asked.emit(note.version_sha256, note.note_id)
            return
        self._tools.view.reveal(note.anchor.page_index, note.anchor.quads)
        self.focus(note)
        self._fade.start()

    def focus(self, note: Note | None) -> None:
        """Draw a ring around a note, or around none."""
        view = self._tools.view
        view.painter.layers.focused = note
        view.viewport().update()

    def _draft(self, note: Note) -> None:
        editor = self._open(NoteEditor(note, self._screen, new=True))
        editor.saved.connect(lambda after: self._save(None, after))

    def _open(self, editor: NoteEditor) -> NoteEditor:
        self.editor = editor
        editor.destroyed.connect(self._closed)
        editor.open()
        return editor

    def _closed(self) -> None:
        self.editor = None

    def _share(self, before: Note, after: Note) -> None:
        """Keep what was written, then ask with whom."""
        self._save(before, after)
        self.sharing.ask(after)

    def _save(self, before: Note | None, after: Note) -> None:
        if before is None or _written(before) != _written(after):
            self._tools.save(before, after)


def _written(note: Note) -> object:
    return note.text, note.colour, note.tags, note.others
