"""The members of a sitting that was sent, with a field to find one and the question who is late."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtWidgets import QWidget

from boardpack.annotation.text import fold
from boardpack.messages import _
from boardpack.services.read_models import FollowRow, FollowView
from ui.secretariat.rows import person_row
from ui.widgets.choice import Choice
from ui.widgets.empty import EmptyState
from ui.widgets.fields import SearchField
from ui.widgets.sections import ListSection


class Which(StrEnum):
    """Which members are shown."""

    ALL = "all"
    NOT_RECEIVED = "not_received"
    NOT_ACKNOWLEDGED = "not_acknowledged"


class PeopleList(ListSection):
    """Shows every member, or those who have not received or acknowledged yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        nobody = EmptyState("account-search-outline", _("Nobody here"))
        super().__init__(_("Members"), parent, empty=nobody)
        self._followed: FollowView | None = None
        self._which = Which.ALL
        self._choice = Choice(
            _("Show"),
            [
                (Which.ALL, _("All")),
                (Which.NOT_RECEIVED, _("Not received yet")),
                (Which.NOT_ACKNOWLEDGED, _("Not acknowledged yet")),
            ],
        )
        self._choice.show_value(Which.ALL)
        self._choice.chosen.connect(self._choose)
        self.field = SearchField(_("Search a member"))
        self.field.searched.connect(lambda _text: self._fill())
        self.body.insertWidget(1, self._choice)
        self.body.insertWidget(2, self.field)

    def show_people(self, followed: FollowView) -> None:
        """Show the people as they now stand."""
        self._followed = followed
        self._fill()

    def _choose(self, which: object) -> None:
        self._which = Which(str(which))
        self._fill()

    def _fill(self) -> None:
        if self._followed is None:
            return
        revision, documents = self._followed.row.revision, self._followed.documents
        people = [person for person in self._followed.people if self._wanted(person)]
        self.set_rows([person_row(person, revision, documents) for person in people])

    def _wanted(self, person: FollowRow) -> bool:
        if self._which is Which.NOT_RECEIVED and person.received_at is not None:
            return False
        if self._which is Which.NOT_ACKNOWLEDGED and person.acknowledged_at is not None:
            return False
        said = f"{person.name} {person.title} {person.group}"
        return fold(self.field.text().strip()) in fold(said)
