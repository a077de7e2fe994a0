"""My notes of this document: read, jump, write, remove. Readable without the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.annotation import palette
from boardpack.annotation.note import Note, NoteKind
from boardpack.messages import _, ngettext
from boardpack.services.read_models import VersionRow
from ui.models.rows import Chip, Row
from ui.reader import marks
from ui.reader.kinds import ICONS, kind_name
from ui.reader.notebook import Notebook
from ui.reader.panel_list import PanelList
from ui.reader.tags import tag_name
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.empty import EmptyState
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label

_LONGEST: Final = 160


def is_on_words(note: Note) -> bool:
    """Tell whether the note marks words; the quote of a pin or an area is only the nearest line."""
    return note.anchor.word_range is not None and not marks.is_pin(note)


def note_title(note: Note) -> str:
    """Return what a note is called in a list: what was written, else what was marked."""
    quote = note.anchor.quote.exact if note.anchor.quote else ""
    if note.text:
        return _cut(note.text)
    if note.kind is not NoteKind.INK and is_on_words(note):
        return _cut(f"« {quote} »")
    return _("Marked area") if note.kind is NoteKind.HIGHLIGHT else kind_name(note.kind)


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST].rstrip()}…"


def _chips(note: Note) -> tuple[Chip, ...]:
    tags = tuple(Chip(tag_name(tag), "accent") for tag in note.tags)
    return (*tags, Chip(_("Two texts"), "warning")) if note.others else tags


class NotesPanel(QWidget):
    """The list, and what can be done with the row that is current."""

    jump_asked = Signal(object)
    edit_asked = Signal(object)
    remove_asked = Signal(object)
    hide_asked = Signal(object)
    page_note_asked = Signal()

    def __init__(self, notebook: Notebook, parent: QWidget | None = None) -> None:
        """Show the notes of `notebook`."""
        super().__init__(parent)
        self._notebook = notebook
        self._versions: dict[str, int] = {}
        self._allowed = True
        self.list = PanelList(_("My notes"))
        self._count = label("", "small")
        self.add = button(
            _("Note on this page"), self.page_note_asked.emit, icon="note-plus-outline"
        )
        self._edit = button(_("Edit"), self._on_edit, kind="quiet", icon="pencil-outline")
        self._remove = button(_("Remove"), self._on_remove, kind="quiet", icon="trash-can-outline")
        self._hide = button(_("Hide"), self._on_hide, kind="quiet", icon="eye-off-outline")
        self._empty = EmptyState(
            "note-text-outline",
            _("No note yet"),
            _("Highlight words, or put a note on a page: it is found here again."),
        )
        self._lay_out()
        self.list.chosen.connect(self._on_chosen)
        self.list.moved.connect(self._on_moved)
        notebook.changed.connect(self.refresh)
        self.list.edit_pressed.connect(self._on_edit)
        self.list.remove_pressed.connect(self._on_remove)
        self.refresh()

    def allow(self, *, allowed: bool) -> None:
        """Offer to write, or only to read."""
        self._allowed = allowed
        self.add.setVisible(allowed)
        self._on_moved()

    def show_versions(self, versions: Sequence[VersionRow]) -> None:
        """Learn the numbers of the versions that notes may stand on."""
        self._versions = {each.sha256: each.number for each in versions}
        self.refresh()

    def refresh(self) -> None:
        """Show the notes as they are now."""
        notes = self._notebook.all()
        stripes: dict[object, str] = {
            each.note_id: palette.colour(each.colour).rgb for each in notes
        }
        self.list.set_rows([self._row(each) for each in notes], stripes)
        self._count.setText(
            ngettext("{count} note", "{count} notes", len(notes)).format(count=len(notes))
        )
        self._count.setVisible(bool(notes))
        self.list.setVisible(bool(notes))
        self.setFocusProxy(self.list if notes else self.add)
        self._empty.setVisible(not notes)

    def _row(self, note: Note) -> Row:
        here = self._notebook.is_here(note)
        detail = _("Page {page}").format(page=note.anchor.page_index + 1)
        if not here:
            number = self._versions.get(note.version_sha256, 0)
            detail += " · " + _("on version {number}").format(number=number or "?")
        quote = note.anchor.quote.exact if note.anchor.quote else ""
        shown = note.text and note.kind is not NoteKind.INK and is_on_words(note)
        return Row(
            key=note.note_id,
            title=note_title(note),
            detail=detail,
            icon=ICONS[note.kind],
            chips=(*self._people(note), *_chips(note)),
            quote=_cut(quote) if shown else "",
            spoken=f"{kind_name(note.kind)}, {_(palette.colour(note.colour).label)}",
        )

    def _people(self, note: Note) -> tuple[Chip, ...]:
        """Say whose a shared note is, or how many read mine."""
        author, readers = self._notebook.author(note), self._notebook.readers(note)
        if author:
            return (Chip(_("By {author}").format(author=author), "accent"),)
        if not readers:
            return ()
        text = ngettext("Shared with {count}", "Shared with {count}", len(readers))
        return (Chip(text.format(count=len(readers)), "success"),)

    def _current(self) -> Note | None:
        row = self.list.current
        return self._notebook.get(str(row.key)) if row else None

    def _on_chosen(self, key: object) -> None:
        note = self._notebook.get(str(key))
        if note is not None:
            self.jump_asked.emit(note)

    def _on_moved(self) -> None:
        note = self._current()
        mine = note is not None and self._notebook.is_mine(note)
        self._edit.setVisible(mine and self._allowed)
        self._remove.setVisible(mine and self._allowed)
        self._hide.setVisible(note is not None and not mine)

    def _on_edit(self) -> None:
        note = self._current()
        if note is not None and self._allowed and self._notebook.is_mine(note):
            self.edit_asked.emit(note)

    def _on_remove(self) -> None:
        note = self._current()
        if note is not None and self._allowed and self._notebook.is_mine(note):
            self.remove_asked.emit(note)

    def _on_hide(self) -> None:
        note = self._current()
        if note is not None and not self._notebook.is_mine(note):
            self.hide_asked.emit(note)

    def _lay_out(self) -> None:
        space = look().metrics
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, space.one, 0, space.one)
        outer.setSpacing(space.one)
        head = QVBoxLayout()
        head.setContentsMargins(space.two, 0, space.two, 0)
        head.addWidget(self.add)
        head.addWidget(self._count)
        foot = FlowLayout()
        foot.setContentsMargins(space.two, 0, space.two, 0)
        foot.addWidget(self._edit)
        foot.addWidget(self._remove)
        foot.addWidget(self._hide)
        outer.addLayout(head)
        outer.addWidget(self._empty)
        outer.addWidget(self.list, 1)
        outer.addLayout(foot)
        outer.addStretch(0)
