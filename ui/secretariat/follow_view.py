"""A sitting that was sent: who received, acknowledged and opened it; signatures; corrections."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from boardpack.annotation.text import fold
from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import FollowView as Followed
from ui import formats
from ui.background import Background, Lane
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.screen import Screen
from ui.secretariat.rows import person_row
from ui.signing_dialogs.steps import deliberation_row, step_row
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.flow_list import FlowList
from ui.widgets.labels import label
from ui.widgets.page import Card, Page, Section


class FollowView(Screen):
    """Tells when its picture was true."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._sitting_id = ""
        self._followed: Followed | None = None
        page = Page(_("Follow-up"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self._where = label("")
        self._counts = label("", "heading")
        self._as_of = label("", "small")
        actions = QWidget()
        flow = FlowLayout(actions)
        flow.addWidget(
            button(_("Correct the dossier…"), self._ask_folder, icon="file-edit-outline")
        )
        flow.addWidget(button(_("Place deliberations to sign"), self._place, icon="draw-pen"))
        flow.addWidget(button(_("Export as a table"), self._ask_target, icon="table-arrow-down"))
        for widget in (self._where, self._counts, self._as_of, actions):
            page.body.addWidget(widget)
        self._acts = Section(_("Deliberations"))
        self._act_list = FlowList(_("Deliberations"))
        self._add(page, self._acts, self._act_list)
        people = Section(_("Members"))
        self._field = QLineEdit()
        self._field.setPlaceholderText(_("Search a member"))
        self._field.setAccessibleName(_("Search a member"))
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(self._show_people)
        people.body.addWidget(self._field)
        self._people = FlowList(_("Members"))
        self._add(page, people, self._people)
        page.body.addStretch(1)

    @staticmethod
    def _add(page: Page, section: Section, rows: FlowList) -> None:
        card = Card(flush=True)
        card.body.addWidget(rows)
        section.body.addWidget(card)
        page.body.addWidget(section)

    def title(self) -> str:
        """Return which sitting it is."""
        return self._followed.row.title if self._followed else _("Follow-up")

    def open_route(self, route: Route) -> None:
        """Take the sitting that the route names."""
        if isinstance(route, SecretariatRoute):
            self._sitting_id = route.subject_id

    def opened(self) -> None:
        """Load."""
        follow = self.session.following.follow
        self.run(lambda: follow(self._sitting_id), self._show)

    def refresh(self, changes: Changes) -> None:
        """Load again when receipts, circuits, people or the outbox changed."""
        if not changes.notes:
            self.opened()

    def search_field(self) -> QWidget:
        """Let Ctrl+F search a member."""
        return self._field

    def _show(self, followed: Followed) -> None:
        self._followed = followed
        row, people = followed.row, followed.people
        when = formats.day_and_hour(row.starts_at)
        self._where.setText(f"{row.assembly.name} · {when} · {row.place}")
        received = sum(person.received_at is not None for person in people)
        acknowledged = sum(person.acknowledged_at is not None for person in people)
        text = _("{received} of {all} received · {acknowledged} acknowledged")
        self._counts.setText(
            text.format(received=received, all=len(people), acknowledged=acknowledged)
        )
        self._as_of.setText(self._when(followed))
        rows = []
        for act in followed.deliberations:
            rows.append(deliberation_row(act))
            rows += [step_row(step) for step in act.steps]
        self._act_list.set_rows(rows)
        self._acts.setVisible(bool(rows))
        self._show_people()
        self.retitled.emit()

    @staticmethod
    def _when(followed: Followed) -> str:
        if followed.row.waiting:
            return _("Waits for the network: it will be sent by itself.")
        if followed.as_of is None:
            return _("The server has not been reached yet.")
        return _("As of {when}").format(when=formats.ago(followed.as_of))

    def _show_people(self) -> None:
        followed = self._followed
        if followed is None:
            return
        query = fold(self._field.text())
        self._people.set_rows(
            [
                person_row(person, followed.row.revision, followed.documents)
                for person in followed.people
                if query in fold(f"{person.name} {person.title} {person.group}")
            ]
        )

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, _("Folder of the corrected dossier"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.correct_from)
        dialog.open()

    def correct_from(self, path: str) -> None:
        """Have the corrected folder understood, then open the draft of the next revision."""
        followed = self._followed
        if followed is None:
            return
        examine, assembly = self.session.publishing.examine, followed.row.assembly.assembly_id
        self._as_of.setText(_("Reading the files…"))
        self.run(
            lambda: examine(Path(path), assembly),
            lambda draft: self.navigator.secretariat("prepare", draft.sitting_id),
            None,
            Lane.NETWORK,
        )

    def _place(self) -> None:
        self.navigator.secretariat("place", self._sitting_id)

    def _ask_target(self) -> None:
        dialog = QFileDialog(self, _("Export as a table"), "suivi.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write the table to `path`."""
        export, target = self.session.following.export_csv, Path(path)
        self.run(lambda: export(self._sitting_id, target), lambda _nothing: None)
