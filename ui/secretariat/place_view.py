"""After a sitting: deliberations to be signed, and by whom in which order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.domain.people import Role
from boardpack.messages import _, error_text, ngettext
from boardpack.services.changes import Changes
from boardpack.services.draft_models import DeliberationFile, PersonRow, Signatory
from boardpack.services.program import Session
from ui.background import Background, Lane
from ui.errors import ErrorPanel
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.screen import Screen
from ui.secretariat.drop_zone import DropZone
from ui.secretariat.foot import Foot
from ui.secretariat.named import Named
from ui.secretariat.rows import placed_row
from ui.secretariat.working import StoppedError, Working
from ui.widgets.buttons import button
from ui.widgets.confirm import confirm
from ui.widgets.fields import ChoiceBox
from ui.widgets.labels import label, restyle
from ui.widgets.page import Card, Page, Section
from ui.widgets.sections import ListSection


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
        self._presided = False
        self._page = page = Page(self.title())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page, 1)
        self._zone = DropZone(
            _("Deliberations to sign"),
            _("PDFs named by their number: “2026-042 - Title.pdf”."),
            folders=False,
        )
        self._zone.chosen.connect(self.examine)
        self._error = ErrorPanel(self)
        self._working = Working()
        self._section = ListSection(_("Documents"))
        self._section.setVisible(False)
        self._section.chosen.connect(self._take_out)
        for widget in (self._zone, self._working, self._error, self._section):
            page.body.addWidget(widget)
        self._add_signatories()
        page.body.addStretch(1)
        self.place = button(
            _("Place for signature…"), self._ask, kind="primary", icon="send-outline"
        )
        self.place.setEnabled(False)
        self._foot = Foot(self.place)
        outer.setSpacing(0)
        outer.addWidget(self._foot)

    def title(self) -> str:
        """Return what is done here."""
        return _("Place deliberations to sign")

    def _add_signatories(self) -> None:
        section, card = Section(_("Signatories, in this order")), Card()
        self._first = label("", strong=True)
        self._first_name = label(_("1. Presides"), "small")
        self.secretary = ChoiceBox()
        self.secretary.activated.connect(self._ask_signatories)
        card.body.addWidget(self._first_name)
        card.body.addWidget(self._first)
        card.body.addWidget(Named(_("2. Sitting secretary"), self.secretary))
        section.body.addWidget(card)
        self._page.body.addWidget(section)

    def panes(self) -> Sequence[QWidget]:
        """Go round the drop zone, the documents, the secretary and the button."""
        lists = [self._section.list] if self._section.isVisible() else []
        return [self._zone.first, *lists, self.secretary, self.place]

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

        self.run(members, self._offer, self._failed)
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
        self._presided = president is not None
        if president:
            said = f"{president.name}, {president.title}".rstrip(", ")
        else:
            said = _(
                "Nobody presides this assembly in the list of officials. Have the list corrected, "
                "then come back."
            )
        self._first.setText(said)
        restyle(self._first, "tone", "" if president else "danger")
        self._tell()

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
        understand, sitting = self.session.publishing.examine_deliberations, self._sitting_id
        progress = self._working.start(_("Reading the files…"), self.background)
        self.run(
            lambda: understand(sitting, paths, progress),
            self._add_files,
            self._failed,
            Lane.NETWORK,
        )

    def _add_files(self, found: tuple[DeliberationFile, ...]) -> None:
        self._working.finish()
        known = {file.path for file in found}
        self.files = (*(file for file in self.files if file.path not in known), *found)
        self._show()

    def _take_out(self, file: object) -> None:
        self.files = tuple(each for each in self.files if each != file)
        self._show()

    def _show(self) -> None:
        self._section.set_rows([placed_row(file, self._problem(file)) for file in self.files])
        self._tell()

    @staticmethod
    def _problem(file: DeliberationFile) -> str:
        if not file.problem:
            return ""
        return error_text(file.problem, dict(file.parameters)).title

    def _ready(self) -> tuple[DeliberationFile, ...]:
        return tuple(f for f in self.files if not f.problem and not f.already_placed)

    def _tell(self) -> None:
        ready = len(self._ready())
        chosen = bool(self.secretary.currentData())
        complete = ready > 0 and chosen and self._presided and len(self._signatories) > 1
        self.place.setEnabled(complete)
        if not ready:
            said = _("Choose the documents to be signed.")
        elif not self._presided:
            said = _("Nobody presides this assembly in the list of officials.")
        elif not chosen:
            said = _("Choose the sitting secretary.")
        else:
            said = self._count(ready)
        self._foot.say(said)

    @staticmethod
    def _count(count: int) -> str:
        text = ngettext(
            "{count} deliberation to be signed", "{count} deliberations to be signed", count
        )
        return text.format(count=count)

    def _ask(self) -> None:
        names = (self._first.text(), self.secretary.currentText())
        text = _("They go to {first}, then to {second}. Nobody can change them any more.")
        confirm(
            self,
            _("Place for signature?"),
            f"{self._count(len(self._ready()))}. " + text.format(first=names[0], second=names[1]),
            _("Place for signature"),
            self.place_all,
        )

    def place_all(self) -> None:
        """Put them in the outbox."""
        self._error.clear()
        self.place.setEnabled(False)
        files, signatories, sitting = self._ready(), self._signatories, self._sitting_id
        place = self.session.publishing.place
        progress = self._working.start(_("Keeping the files…"), self.background)
        self.run(
            lambda: place(sitting, files, signatories, progress),
            self._placed,
            self._failed,
            Lane.NETWORK,
        )

    def _placed(self, changes: Changes) -> None:
        self._working.finish()
        self.session.announcer.announce(changes)
        self.navigator.forget(SecretariatRoute("follow", self._sitting_id))
        self.navigator.secretariat("follow", self._sitting_id)
        self.navigator.forget(SecretariatRoute("place", self._sitting_id))
        self.files = ()
        self._show()

    def _failed(self, error: Exception) -> None:
        self._working.finish()
        self._tell()
        if not isinstance(error, StoppedError):
            self._error.show_error(error)
