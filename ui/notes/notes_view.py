"""`Mes notes`: by sitting and item, with filters; a tap goes to the place in the document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from boardpack.messages import _, ngettext
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import NoteRow
from ui.background import Background
from ui.errors import ErrorPanel
from ui.navigation import DocumentRoute, Navigator
from ui.notes.filters import NoteFilters
from ui.notes.rows import by_sitting, heading, matches
from ui.screen import Screen
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.empty import EmptyState
from ui.widgets.fields import SearchField
from ui.widgets.labels import label
from ui.widgets.page import Page
from ui.widgets.sections import ListSection


class NotesView(Screen):
    """Lists my notes; filters by words and by kind; exports them."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._rows: tuple[NoteRow, ...] = ()
        self._page = page = Page(self.title())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self._field = SearchField(_("Search in my notes"))
        self._field.searched.connect(lambda _text: self._show())
        self._export = button(_("Export…"), self._ask_target, icon="export-variant")
        first = QWidget()
        self._first = QHBoxLayout(first)
        self._first.setContentsMargins(0, 0, 0, 0)
        self._first.addWidget(self._field, 1)
        self._first.addWidget(self._export)
        self._filters = NoteFilters()
        self._filters.changed.connect(self._show)
        self._tools = (first, self._filters)
        self._error = ErrorPanel(self)
        self._hidden = button("", self._show_hidden, kind="quiet", icon="eye-outline")
        self._said = label("", "small")
        self._done = label("", tone="success")
        self._done.setVisible(False)
        self._empty = EmptyState("note-edit-outline", "")
        self._sections: dict[str, ListSection] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(look().metrics.two)
        inside = (*self._tools, self._error, self._done, self._said, self._hidden, self._empty)
        for widget in inside:
            widget.setVisible(False)
            page.body.addWidget(widget)
        page.body.addLayout(self._list)
        page.body.addStretch(1)

    def title(self) -> str:
        """Return the name of this room."""
        return _("My notes")

    def opened(self) -> None:
        """Load, and keep the reader's eyes on the list."""
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Load again when a note, or a document under one, changed."""
        if changes.notes or changes.sittings or changes.everything:
            self._load()

    def search_field(self) -> QWidget:
        """Let Ctrl+F search in my notes."""
        return self._field

    def panes(self) -> Sequence[QWidget]:
        """Go round the field, the filters and the lists."""
        lists = [each.list for each in self._sections.values() if each.isVisible()]
        return [self._field, self._filters.first, *lists]

    def _load(self) -> None:
        together = self.session.together
        self.run(lambda: (together.notes(), together.hidden()), self._loaded)

    def _loaded(self, found: tuple[tuple[NoteRow, ...], int]) -> None:
        self._rows, hidden = found
        text = ngettext("Show {count} hidden note", "Show {count} hidden notes", hidden)
        self._hidden.setText(f" {text.format(count=hidden)}")
        self._hidden.setVisible(hidden > 0)
        self._show()

    def _show_hidden(self) -> None:
        for session in self.session.together.sessions:
            self.run(session.sharing.show_all, session.announcer.announce)

    def _show(self) -> None:
        query = self._field.text().strip()
        self._filters.offer(self._rows)
        rows = [row for row in self._rows if self._filters.wants(row) and matches(row, query)]
        for widget in self._tools:
            widget.setVisible(bool(self._rows))
        self._said.setVisible(bool(rows))
        self._said.setText(self._count(len(rows)))
        self._empty.setVisible(not rows)
        if self._rows:
            self._empty.say(_("No note matches."), _("Try other words or other filters."))
        else:
            self._empty.say(
                _("You have no notes yet."), _("Open a document to highlight, note or draw.")
            )
        self._show_sittings(rows)

    def _show_sittings(self, rows: list[NoteRow]) -> None:
        """Fill one section a sitting; those that stay are only brought up to date."""
        groups = {
            first.assembly.account + first.sitting_id: (first, notes)
            for first, notes in by_sitting(rows)
        }
        for sitting_id in [each for each in self._sections if each not in groups]:
            gone = self._sections.pop(sitting_id)
            gone.setVisible(False)
            self._list.removeWidget(gone)
            gone.deleteLater()
        for place, (sitting_id, (first, notes)) in enumerate(groups.items()):
            section = self._sections.get(sitting_id)
            if section is None:
                section = self._sections[sitting_id] = ListSection(heading(first))
                section.chosen.connect(self._go)
            if self._list.indexOf(section) != place:
                self._list.insertWidget(place, section)
            section.set_rows(notes)

    def _count(self, shown: int) -> str:
        whole = len(self._rows)
        if shown < whole:
            text = ngettext("{count} note of {all}", "{count} notes of {all}", shown)
            return text.format(count=shown, all=whole)
        return ngettext("{count} note", "{count} notes", shown).format(count=shown)

    def _go(self, note_id: object) -> None:
        row = next((each for each in self._rows if each.note.note_id == note_id), None)
        if row is not None:
            note = row.note
            old = row.on_version != row.current_version
            sha256 = note.version_sha256 if old else None
            page, account = note.anchor.page_index, row.assembly.account
            route = DocumentRoute(note.document_id, sha256, page, note.note_id, account)
            self.navigator.open(route)

    def _ask_target(self) -> None:
        dialog = QFileDialog(self, _("Export my notes…"), "notes.md", "Markdown (*.md)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write my notes to `path`, then say how many."""
        target = Path(path)
        self._error.clear()
        self._done.setVisible(False)
        export = self.session.together.export_notes
        self.run(lambda: export(target), self._exported, self._error.show_error)

    def _exported(self, count: int) -> None:
        text = ngettext("{count} note was saved.", "{count} notes were saved.", count)
        self._done.setText(text.format(count=count))
        self._done.setVisible(True)
