"""`Mes notes`: by sitting and item, with filters; a tap goes to the place in the document."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from boardpack.annotation.note import Note, NoteKind
from boardpack.messages import _, ngettext
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import NoteRow
from ui.background import Background
from ui.navigation import Navigator
from ui.notes.rows import by_sitting, heading, kind_name, matches
from ui.screen import Screen
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.flow_list import FlowList
from ui.widgets.labels import label
from ui.widgets.page import Card, Page, Section

_ALL: Final = frozenset(NoteKind)


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
        self._kinds = _ALL
        self._page = Page(self.title())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._page)
        self._field = QLineEdit()
        self._field.setPlaceholderText(_("Search in my notes"))
        self._field.setAccessibleName(_("Search in my notes"))
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(self._show)
        self._export = button(_("Export my notes"), self._ask_target, icon="export-variant")
        first = QHBoxLayout()
        first.addWidget(self._field, 1)
        first.addWidget(self._export)
        self._page.body.addLayout(first)
        self._page.body.addWidget(self._filters())
        self._said = label("", tone="secondary")
        self._page.body.addWidget(self._said)
        self._list = QVBoxLayout()
        self._page.body.addLayout(self._list)
        self._page.body.addStretch(1)

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

    def _filters(self) -> QWidget:
        host = QWidget()
        flow = FlowLayout(host)
        self._buttons: dict[NoteKind, QPushButton] = {}
        for kind in NoteKind:
            made = button(kind_name(kind))
            made.setCheckable(True)
            made.setChecked(True)
            made.toggled.connect(self._filter)
            self._buttons[kind] = made
            flow.addWidget(made)
        return host

    def _filter(self) -> None:
        self._kinds = frozenset(kind for kind, made in self._buttons.items() if made.isChecked())
        self._show()

    def _load(self) -> None:
        self.run(self.session.notes.all, self._loaded)

    def _loaded(self, rows: tuple[NoteRow, ...]) -> None:
        self._rows = rows
        self._show()

    def _show(self) -> None:
        query = self._field.text().strip()
        rows = [row for row in self._rows if matches(row, query, self._kinds)]
        self._export.setEnabled(bool(self._rows))
        self._said.setText(self._count(len(rows)))
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for first, group in by_sitting(rows):
            section = Section(heading(first))
            card = Card(flush=True)
            notes = FlowList(heading(first))
            notes.set_rows(group)
            notes.chosen.connect(self._go)
            card.body.addWidget(notes)
            section.body.addWidget(card)
            self._list.addWidget(section)

    def _count(self, shown: int) -> str:
        if not self._rows:
            return _("You have no notes yet. Open a document to highlight, note or draw.")
        if not shown:
            return _("No note matches.")
        return ngettext("{count} note", "{count} notes", shown).format(count=shown)

    def _go(self, note: object) -> None:
        if isinstance(note, Note):
            row = next(each for each in self._rows if each.note == note)
            old = row.on_version != row.current_version
            sha256 = note.version_sha256 if old else None
            self.navigator.document(note.document_id, sha256, note.anchor.page_index, note.note_id)

    def _ask_target(self) -> None:
        dialog = QFileDialog(self, _("Export my notes"), "notes.md", "Markdown (*.md)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write my notes to `path`, then say how many."""
        target = Path(path)
        self.run(lambda: self.session.notes.export(target), self._exported)

    def _exported(self, count: int) -> None:
        text = ngettext("{count} note was saved.", "{count} notes were saved.", count)
        self._said.setText(text.format(count=count))
