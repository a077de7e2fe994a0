"""A sitting that was sent: who received, acknowledged and opened it; signatures; corrections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from boardpack.messages import _, ngettext
from boardpack.services.changes import Changes
from boardpack.services.draft_models import DraftView
from boardpack.services.exporting import Exported, ExportingService
from boardpack.services.program import Session
from boardpack.services.read_models import FollowView as Followed
from ui import formats
from ui.background import Background, Lane
from ui.errors import ErrorPanel
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.screen import Screen
from ui.secretariat.people_list import PeopleList
from ui.secretariat.rows import told_on
from ui.secretariat.working import StoppedError, Working
from ui.signing_dialogs.steps import followed_rows
from ui.widgets.buttons import button
from ui.widgets.confirm import confirm
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.page import Card, Page
from ui.widgets.sections import ListSection


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
        self._page = page = Page(_("Follow-up"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self._error = ErrorPanel(self)
        self._working = Working()
        self._done = label("", tone="success")
        self._done.setVisible(False)
        self._acts = ListSection(_("Deliberations"))
        self._acts.chosen.connect(self._open_act)
        self.people = PeopleList()
        self._head = self._make_head()
        for widget in (
            self._error,
            self._head,
            self._working,
            self._done,
            self._acts,
            self.people,
        ):
            page.body.addWidget(widget)
        page.body.addStretch(1)
        page.setVisible(False)

    def _make_head(self) -> Card:
        card = Card()
        self._name = label("", "title")
        self._where = label("")
        self._counts = label("", "heading")
        self._as_of = label("", "small")
        actions = QWidget()
        flow = FlowLayout(actions)
        for text, action, icon in (
            (_("Correct the dossier…"), self._ask_folder, "file-edit-outline"),
            (_("Place deliberations to sign"), self._place, "signature-freehand"),
            (_("Table of receipts…"), self._ask_target, "table-arrow-down"),
            (_("Save documents and deliberations…"), self._ask_archive, "folder-download-outline"),
        ):
            flow.addWidget(button(text, action, icon=icon))
        self._untold = QWidget()
        untold = FlowLayout(self._untold)
        self._call_back = button(_("Call back"), self._ask_call_back)
        untold.addWidget(button(_("Tell members now"), self._ask_tell, icon="send-outline"))
        untold.addWidget(self._call_back)
        for widget in (
            self._name,
            self._where,
            self._counts,
            self._as_of,
            self._untold,
            actions,
        ):
            card.body.addWidget(widget)
        return card

    def title(self) -> str:
        """Return which sitting it is."""
        if self._followed is None:
            return _("Follow-up")
        return _("Follow-up · {assembly}").format(assembly=self._followed.row.assembly.short_name)

    def open_route(self, route: Route) -> None:
        """Take the sitting that the route names."""
        if isinstance(route, SecretariatRoute):
            self._sitting_id = route.subject_id

    def opened(self) -> None:
        """Load."""
        follow = self.session.following.follow
        self.run(lambda: follow(self._sitting_id), self._show, self._failed)

    def refresh(self, changes: Changes) -> None:
        """Load again when receipts, circuits, people or the outbox changed."""
        if not changes.notes:
            self.opened()

    def search_field(self) -> QWidget:
        """Let Ctrl+F search a member."""
        return self.people.field

    def panes(self) -> Sequence[QWidget]:
        """Go round the actions and the lists."""
        lists = [each for each in (self._acts.list, self.people.list) if each.isVisible()]
        return [self._head, self.people.field, *lists]

    def _show(self, followed: Followed) -> None:
        self._followed = followed
        self._page.setVisible(True)
        row, people = followed.row, followed.people
        when = formats.day_and_hour(row.starts_at)
        self._name.setText(row.title)
        self._where.setText(f"{row.assembly.name} · {when} · {row.place}")
        received = sum(person.received_at is not None for person in people)
        acknowledged = sum(person.acknowledged_at is not None for person in people)
        text = _("{received} of {all} received · {acknowledged} acknowledged")
        self._counts.setText(
            text.format(received=received, all=len(people), acknowledged=acknowledged)
        )
        self._as_of.setText(self._when(followed))
        self._untold.setVisible(row.not_before is not None or row.called_back)
        self._call_back.setVisible(not row.called_back)
        self._acts.set_rows(followed_rows(followed.deliberations))
        self.people.show_people(followed)
        self.retitled.emit()

    @staticmethod
    def _when(followed: Followed) -> str:
        if followed.row.waiting:
            return _("Waits for the network: it will be sent by itself.")
        if followed.row.called_back:
            return _("Called back: members were told of nothing.")
        if followed.row.not_before:
            return told_on(followed.row.not_before)
        if followed.as_of is None:
            return _("The server has not been reached yet.")
        return _("As of {when}").format(when=formats.ago(followed.as_of))

    def _open_act(self, deliberation_id: object) -> None:
        self.navigator.secretariat("act", str(deliberation_id))

    def _ask_tell(self) -> None:
        self._ask(
            _("Tell members now?"),
            _("They are summoned at once. That cannot be taken back; it can be corrected."),
            _("Tell members now"),
            self.session.publishing.tell_now,
        )

    def _ask_call_back(self) -> None:
        self._ask(
            _("Call this sitting back?"),
            _("Members are told of nothing, and what their devices hold of it is destroyed."),
            _("Call back"),
            self.session.publishing.call_back,
        )

    def _ask(self, title: str, text: str, verb: str, act: Callable[[str], Changes]) -> None:
        self._begin()
        announce = self.session.announcer.announce
        sitting_id = self._sitting_id
        confirm(
            self,
            title,
            text,
            verb,
            lambda: self.run(lambda: act(sitting_id), announce, self._failed),
        )

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, _("Folder of the corrected dossier"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.correct_from)
        dialog.open()

    def correct_from(self, path: str) -> None:
        """Have the corrected folder understood, then open the draft of the next revision."""
        self._begin()
        examine, sitting_id = self.session.publishing.examine, self._sitting_id
        progress = self._working.start(_("Reading the files…"), self.background)
        self.run(
            lambda: examine(Path(path), None, progress, sitting_id=sitting_id),
            self._understood,
            self._failed,
            Lane.NETWORK,
        )

    def _understood(self, draft: DraftView) -> None:
        self._working.finish()
        self.navigator.secretariat("prepare", draft.sitting_id)

    def _place(self) -> None:
        self.navigator.secretariat("place", self._sitting_id)

    def _ask_target(self) -> None:
        dialog = QFileDialog(self, _("Table of receipts…"), _("receipts.csv"), "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write the table to `path`."""
        self._begin()
        export, target = self.session.following.export_csv, Path(path)
        said = _("The table was saved: {name}").format(name=target.name)
        self.run(
            lambda: export(self._sitting_id, target),
            lambda _nothing: self._say(said),
            self._failed,
        )

    def _ask_archive(self) -> None:
        dialog = QFileDialog(self, _("Folder for documents and deliberations"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def save_to(self, path: str) -> None:
        """Write the documents in force and the deliberations, signed as they are now."""
        self._begin()
        export = ExportingService(self.session.context).export_sitting
        target = Path(path)
        self.run(lambda: export(self._sitting_id, target), self._saved, self._failed)

    def _saved(self, exported: Exported) -> None:
        count = len(exported.files)
        text = ngettext("{count} file was saved.", "{count} files were saved.", count)
        said = text.format(count=count)
        if exported.missing:
            names = ", ".join(exported.missing)
            left = _("Not on this device yet: {names}").format(names=names)
            said = f"{said} {left}"
        self._say(said)

    def _begin(self) -> None:
        self._error.clear()
        self._done.setVisible(False)

    def _say(self, said: str) -> None:
        self._done.setText(said)
        self._done.setVisible(True)

    def _failed(self, error: Exception) -> None:
        self._working.finish()
        if not isinstance(error, StoppedError):
            self._page.setVisible(True)
            self._head.setVisible(self._followed is not None)
            self.people.setVisible(self._followed is not None)
            self._error.show_error(error)
