"""After a sitting: deliberations to be signed, and by whom in which order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from boardpack.domain.people import Role
from boardpack.messages import _, error_text
from boardpack.services.changes import Changes
from boardpack.services.draft_models import DeliberationFile, PersonRow, Signatory
from boardpack.services.program import Session
from ui.background import Background, Lane
from ui.errors import ErrorPanel
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.screen import Screen
from ui.secretariat.drop_zone import DropZone
from ui.secretariat.rows import placed_row
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow_list import FlowList
from ui.widgets.labels import label
from ui.widgets.page import Card, Page, Section


class PlaceView(Screen):
    """Takes PDFs, shows what was understood, names the signatories, places them."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._sitting_id = ""
        self.files: tuple[DeliberationFile, ...] = ()
        self._signatories: tuple[Signatory, ...] = ()
        self._page = page = Page(self.title())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self._zone = DropZone(
            _("Deliberations to sign"),
            _("PDFs named by their number: “2026-042 - Title.pdf”."),
            folders=False,
        )
        self._zone.chosen.connect(self.examine)
        self._error = ErrorPanel(self)
        for widget in (self._zone, self._error):
            page.body.addWidget(widget)
        self._section = Section(_("Documents"))
        self._list = FlowList(_("Documents"))
        self._list.chosen.connect(self._take_out)
        card = Card(flush=True)
        card.body.addWidget(self._list)
        self._section.body.addWidget(card)
        self._section.setVisible(False)
        page.body.addWidget(self._section)
        self._add_signatories()
        self._said = label("", tone="secondary")
        self.place = button(_("Place for signature"), self.place_all, kind="primary")
        self.place.setEnabled(False)
        page.body.addWidget(self._said)
        page.body.addWidget(self.place)
        page.body.addStretch(1)

    def title(self) -> str:
        """Return what is done here."""
        return _("Place deliberations to sign")

    def _add_signatories(self) -> None:
        section, card = Section(_("Signatories, in this order")), Card()
        form = QFormLayout()
        form.setSpacing(look().metrics.one)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._first = label("")
        self.secretary = QComboBox()
        self.secretary.setAccessibleName(_("Sitting secretary"))
        self.secretary.activated.connect(self._ask_signatories)
        self._first_name = QLabel(_("1. Presides"))
        form.addRow(self._first_name, self._first)
        form.addRow(QLabel(_("2. Sitting secretary")), self.secretary)
        card.body.addLayout(form)
        section.body.addWidget(card)
        self._page.body.addWidget(section)

    def open_route(self, route: Route) -> None:
        """Take the sitting that the route names."""
        if isinstance(route, SecretariatRoute):
            self._sitting_id = route.subject_id

    def opened(self) -> None:
        """Load who may sign."""
        session, sitting = self.session, self._sitting_id

        def members() -> tuple[PersonRow, ...]:
            row = session.following.follow(sitting).row
            return session.publishing.people(row.assembly.assembly_id)

        self.run(members, self._offer)
        self._ask_signatories()

    def refresh(self, changes: Changes) -> None:
        """Nothing that arrives changes what is being placed."""

    def _offer(self, people: tuple[PersonRow, ...]) -> None:
        chosen = self.secretary.currentData()
        self.secretary.clear()
        self.secretary.addItem(_("Choose the sitting secretary"), "")
        for person in people:
            if person.role is not Role.PRESIDENT:
                self.secretary.addItem(person.name, person.official_id)
        self.secretary.setCurrentIndex(max(0, self.secretary.findData(chosen)))
        president = next((p for p in people if p.role is Role.PRESIDENT), None)
        if president:
            self._first.setText(f"{president.name}, {president.title}".rstrip(", "))

    def _ask_signatories(self) -> None:
        chosen = str(self.secretary.currentData() or "")
        ask = self.session.publishing.signatories
        self.run(lambda: ask(self._sitting_id, chosen), self._take_signatories)

    def _take_signatories(self, found: tuple[Signatory, ...]) -> None:
        self._signatories = found
        self._tell()

    def examine(self, paths: list[Path]) -> None:
        """Have the PDFs understood."""
        self._error.clear()
        self._said.setText(_("Reading the files…"))
        understand, sitting = self.session.publishing.examine_deliberations, self._sitting_id
        self.run(lambda: understand(sitting, paths), self._add_files, self._failed, Lane.NETWORK)

    def _add_files(self, found: tuple[DeliberationFile, ...]) -> None:
        known = {file.path for file in found}
        self.files = (*(file for file in self.files if file.path not in known), *found)
        self._show()

    def _take_out(self, file: object) -> None:
        self.files = tuple(each for each in self.files if each != file)
        self._show()

    def _show(self) -> None:
        self._list.set_rows([placed_row(file, self._problem(file)) for file in self.files])
        self._section.setVisible(bool(self.files))
        self._tell()

    @staticmethod
    def _problem(file: DeliberationFile) -> str:
        if not file.problem:
            return ""
        return error_text(file.problem, dict(file.parameters)).title

    def _ready(self) -> tuple[DeliberationFile, ...]:
        return tuple(f for f in self.files if not f.problem and not f.already_placed)

    def _tell(self) -> None:
        complete = bool(self._ready()) and bool(self.secretary.currentData())
        self.place.setEnabled(complete and bool(self._signatories))
        self._said.setText(
            _("They go to the first signatory, then to the second. Nobody can change them.")
            if complete
            else _("Choose the documents and the sitting secretary.")
        )

    def place_all(self) -> None:
        """Put them in the outbox."""
        self.place.setEnabled(False)
        files = tuple(replace(file) for file in self._ready())
        signatories, sitting = self._signatories, self._sitting_id
        place = self.session.publishing.place
        self.run(
            lambda: place(sitting, files, signatories),
            lambda _changes: self.navigator.secretariat("follow", sitting),
            self._failed,
            Lane.NETWORK,
        )

    def _failed(self, error: Exception) -> None:
        self._tell()
        self._error.show_error(error)
