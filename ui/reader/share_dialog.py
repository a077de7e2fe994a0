"""With whom to share one note: my group, or people one by one; then, once more, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from boardpack.annotation.note import Note
from boardpack.messages import _, ngettext
from boardpack.services.circles import Circle, ReaderChoice
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.confirm import ConfirmDialog
from ui.widgets.fields import SearchField
from ui.widgets.labels import label
from ui.widgets.sheet import Sheet

#: From so many people on, there is a field to search with.
_MANY: Final = 9
_WIDTH: Final = 560


@dataclass(frozen=True)
class Chosen:
    """Whom the person chose, and what they are called."""

    official_ids: tuple[str, ...] = ()
    group_id: str = ""
    names: tuple[str, ...] = ()


class ShareDialog(Sheet):
    """`decided` carries a `Chosen` once the person confirmed the names; `stopped` ends sharing."""

    decided = Signal(object)
    stopped = Signal()

    def __init__(self, note: Note, circle: Circle, parent: QWidget) -> None:
        """Offer everybody of `circle`; who reads the note now is chosen already."""
        super().__init__(_("Share this note"), parent, width=_WIDTH)
        self._circle = circle
        sharing = note.sharing
        told = _("Only those you choose read it: words, labels and drawing, also as they change.")
        self.body.addWidget(label(told, tone="secondary"))
        self._group: QPushButton | None = None
        if circle.group is not None:
            self._group = self._switch(_group_name(circle), "account-group-outline")
            group_id = circle.group.group_id
            self._group.setChecked(sharing is not None and sharing.group_id == group_id)
            self._group.toggled.connect(lambda on: self._on_group(on=on))
            self.body.addWidget(self._group)
        self._field = SearchField(_("Search a member"))
        self._field.textChanged.connect(self._narrow)
        self._field.setVisible(len(circle.people) >= _MANY)
        self.body.addWidget(self._field)
        self._people: dict[str, tuple[ReaderChoice, QPushButton]] = {}
        column = QVBoxLayout()
        column.setSpacing(look().metrics.half)
        for each in circle.people:
            made = self._switch(_person_name(each), "account-outline")
            made.setEnabled(each.reachable)
            made.setChecked(sharing is not None and each.official_id in sharing.official_ids)
            made.toggled.connect(lambda on: self._on_person(on=on))
            column.addWidget(made)
            self._people[each.official_id] = (each, made)
        self.body.addLayout(column)
        self._nobody = label(_("Nobody else sits in this assembly."), tone="secondary")
        self._nobody.setVisible(not circle.people)
        self.body.addWidget(self._nobody)
        self._go = button(_("Continue…"), self._confirm, kind="primary")
        if sharing is not None:
            self.foot.addWidget(button(_("Share no more"), self._stop, kind="quiet"))
        self.foot.addWidget(button(_("Cancel"), self.reject))
        self.foot.addWidget(self._go)
        self._tell()

    @property
    def chosen(self) -> Chosen:
        """Whom the switches say now."""
        group = self._circle.group
        if group is not None and self._group is not None and self._group.isChecked():
            names = tuple(each.name for each in group.members if each.reachable)
            return Chosen(group_id=group.group_id, names=names)
        picked = [each for each, made in self._people.values() if made.isChecked()]
        return Chosen(
            official_ids=tuple(each.official_id for each in picked),
            names=tuple(each.name for each in picked),
        )

    def choose(self, official_id: str, *, on: bool = True) -> None:
        """Press the switch of one person."""
        self._people[official_id][1].setChecked(on)

    def choose_group(self, *, on: bool = True) -> None:
        """Press the switch of the group."""
        if self._group is not None:
            self._group.setChecked(on)

    def _switch(self, name: str, icon: str) -> QPushButton:
        made = button(name, icon=icon)
        made.setCheckable(True)
        return made

    def _on_group(self, *, on: bool) -> None:
        if on:
            for _choice, made in self._people.values():
                made.setChecked(False)
        self._tell()

    def _on_person(self, *, on: bool) -> None:
        if on and self._group is not None:
            self._group.setChecked(False)
        self._tell()

    def _narrow(self, text: str) -> None:
        for each, made in self._people.values():
            made.setVisible(each.matches(text) or made.isChecked())

    def _tell(self) -> None:
        self._go.setEnabled(bool(self.chosen.names))

    def _confirm(self) -> None:
        chosen = self.chosen
        count = len(chosen.names)
        text = ngettext(
            "{names} will read this note at their next contact. What was read cannot be unread.",
            "{names} will read this note at their next contact. What was read cannot be unread.",
            count,
        )
        yes = ngettext("Share with {count} person", "Share with {count} people", count)
        ask = ConfirmDialog(
            _("Share this note?"),
            text.format(names=", ".join(chosen.names)),
            yes.format(count=count),
            self,
        )
        ask.accepted.connect(lambda: self._decide(chosen))
        ask.open()

    def _decide(self, chosen: Chosen) -> None:
        self.accept()
        self.decided.emit(chosen)

    def _stop(self) -> None:
        self.accept()
        self.stopped.emit()


def _group_name(circle: Circle) -> str:
    group = circle.group
    if group is None:
        return ""
    members = len([each for each in group.members if each.reachable])
    text = ngettext(
        "My group, {name} ({count} person)", "My group, {name} ({count} people)", members
    )
    return text.format(name=group.name, count=members)


def _person_name(choice: ReaderChoice) -> str:
    parts = [choice.name, choice.title, choice.group]
    if not choice.reachable:
        parts.append(_("no device yet"))
    return " · ".join(filter(None, parts))
