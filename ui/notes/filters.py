"""Filters of my notes: nothing pressed shows everything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from boardpack.annotation.note import NoteKind
from boardpack.messages import _
from boardpack.services.read_models import NoteRow
from ui.notes.rows import is_older
from ui.reader.kinds import ICONS, kind_name
from ui.reader.tags import TAGS, tag_name
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout

_OLDER: Final = "older"


class NoteFilters(QWidget):
    """One switch for each kind, label, and for older versions; only those that find something."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Show only"))
        self._flow = FlowLayout(self)
        self._kinds = {kind: self._add(kind_name(kind), ICONS[kind]) for kind in NoteKind}
        self._tags = {tag: self._add(tag_name(tag)) for tag in TAGS}
        self._given = self._add(_("Shared by me"), "account-multiple-outline")
        self._got = self._add(_("Shared with me"), "account-arrow-left-outline")
        self._older = self._add(_("On an older version"), "file-clock-outline")

    def _add(self, name: str, icon: str = "") -> QPushButton:
        made = button(name, icon=icon)
        made.setCheckable(True)
        made.toggled.connect(lambda _on: self.changed.emit())
        self._flow.addWidget(made)
        return made

    @property
    def first(self) -> QWidget:
        """The first switch that can be pressed."""
        every = (*self._kinds.values(), *self._tags.values(), self._given, self._got, self._older)
        return next((each for each in every if each.isVisible()), self._older)

    def offer(self, rows: Iterable[NoteRow]) -> None:
        """Show the switches that find something among `rows`, and those that are pressed."""
        notes = tuple(rows)
        for kind, made in self._kinds.items():
            made.setVisible(made.isChecked() or any(row.note.kind is kind for row in notes))
        for tag, made in self._tags.items():
            made.setVisible(made.isChecked() or any(tag in row.note.tags for row in notes))
        self._given.setVisible(self._given.isChecked() or any(row.readers for row in notes))
        self._got.setVisible(self._got.isChecked() or any(not row.mine for row in notes))
        self._older.setVisible(self._older.isChecked() or any(is_older(row) for row in notes))

    def wants(self, row: NoteRow) -> bool:
        """Tell whether a note passes: kind, label, who shares it, version."""
        kinds = {kind for kind, made in self._kinds.items() if made.isChecked()}
        tags = {tag for tag, made in self._tags.items() if made.isChecked()}
        if kinds and row.note.kind not in kinds:
            return False
        if tags and not tags & set(row.note.tags):
            return False
        given, got = self._given.isChecked(), self._got.isChecked()
        if (given or got) and not ((given and row.readers) or (got and not row.mine)):
            return False
        return is_older(row) or not self._older.isChecked()

    def press_shared(self, *, by_me: bool, on: bool = True) -> None:
        """Press the switch of what I share, or of what others share with me."""
        (self._given if by_me else self._got).setChecked(on)

    def press(self, kind: NoteKind, *, on: bool = True) -> None:
        """Press the switch of a kind."""
        self._kinds[kind].setChecked(on)
