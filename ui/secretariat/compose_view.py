"""A sitting in preparation: what was understood, what is wrong, corrections, sending."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout, QWidget

from boardpack.messages import _, ngettext
from boardpack.services.changes import Changes
from boardpack.services.draft_models import Corrections, DraftItem, DraftView, FileReport, PersonRow
from boardpack.services.program import Session
from ui.background import Background, Lane
from ui.errors import ErrorPanel
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.screen import Screen
from ui.secretariat.correct_dialogs import FileDialog, ItemDialog
from ui.secretariat.rows import file_row, item_rows, missing_name, summary
from ui.secretariat.send_dialog import SendDialog
from ui.secretariat.sitting_form import SittingForm
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.flow_list import FlowList
from ui.widgets.labels import label
from ui.widgets.page import Card, Page, Section


class ComposeView(Screen):
    """Shows one draft; every correction is kept at once."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self.draft: DraftView | None = None
        self._sitting_id = ""
        page = Page(self.title())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(page, 1)
        outer.addWidget(self._footer())
        self._error = ErrorPanel(self)
        self._said = label("", tone="warning")
        self._form = SittingForm()
        self._form.corrected.connect(self.correct)
        card = Card()
        card.body.addWidget(self._form)
        for widget in (self._error, self._said, card):
            page.body.addWidget(widget)
        self._problems, self._problem_list = self._section(page, _("To correct before sending"))
        self._agenda, self._agenda_list = self._section(page, _("Agenda"))
        self._aside, self._aside_list = self._section(page, _("Files that are not sent"))
        page.body.addStretch(1)

    def title(self) -> str:
        """Return what is prepared."""
        if self.draft and self.draft.title:
            return self.draft.title
        return _("Prepare a sitting")

    def _section(self, page: Page, name: str) -> tuple[Section, FlowList]:
        section, rows, card = Section(name), FlowList(name), Card(flush=True)
        rows.chosen.connect(self.edit)
        card.body.addWidget(rows)
        section.body.addWidget(card)
        page.body.addWidget(section)
        return section, rows

    def _footer(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("role", "footer")
        m = look().metrics
        column = QVBoxLayout(foot)
        column.setContentsMargins(m.three, m.one, m.three, m.one)
        self._summary = label("", "small")
        self._progress = QProgressBar()
        self._progress.setVisible(False)
        actions = QWidget()
        flow = FlowLayout(actions, to_right=True)
        self._discard = button(_("Forget this draft"), self._forget, kind="quiet")
        self.send = button(_("Send…"), self._ask_send, kind="primary", icon="send-outline")
        self.send.setEnabled(False)
        flow.addWidget(self._discard)
        flow.addWidget(self.send)
        for widget in (self._summary, self._progress, actions):
            column.addWidget(widget)
        return foot

    def open_route(self, route: Route) -> None:
        """Take the draft that the route names."""
        if isinstance(route, SecretariatRoute):
            self._sitting_id = route.subject_id

    def opened(self) -> None:
        """Load the draft and the assemblies."""
        publishing = self.session.publishing
        self.run(publishing.assemblies, self._form.set_assemblies)
        self.run(lambda: publishing.draft(self._sitting_id), self.show_draft)

    def refresh(self, changes: Changes) -> None:
        """Nothing that arrives changes a draft under the person's hands."""

    def show_draft(self, draft: DraftView) -> None:
        """Show the draft as it now stands."""
        self.draft = draft
        self._form.show_draft(draft)
        blocking = [file_row(f, sent_before=False) for f in draft.sent_files if f.blocking]
        self._problem_list.set_rows(blocking)
        self._problems.setVisible(bool(blocking))
        self._agenda_list.set_rows(item_rows(draft))
        self._agenda.setVisible(bool(draft.items) or draft.convocation is not None)
        self._aside_list.set_rows([file_row(f, sent_before=False) for f in draft.not_placed])
        self._aside.setVisible(bool(draft.not_placed))
        self._summary.setText(summary(draft))
        self._said.setText(self._sentence(draft))
        self._said.setVisible(bool(self._said.text()))
        self.send.setEnabled(draft.sendable)
        self.retitled.emit()

    @staticmethod
    def _sentence(draft: DraftView) -> str:
        if draft.missing:
            names = ", ".join(missing_name(each) for each in draft.missing)
            return _("Still to be given: {names}.").format(names=names)
        if draft.already_sent and not draft.changes:
            return _("Nothing changed since the last sending.")
        if draft.already_sent:
            text = ngettext(
                "{count} change since the last sending: only that is sent.",
                "{count} changes since the last sending: only these are sent.",
                draft.changes,
            )
            return text.format(count=draft.changes)
        return ""

    def edit(self, what: object) -> None:
        """Open the dialog that corrects a file or an item."""
        if isinstance(what, FileReport):
            self._open(FileDialog(what, self))
        elif isinstance(what, DraftItem):
            self._open(ItemDialog(what, self))

    def _open(self, dialog: FileDialog | ItemDialog) -> None:
        dialog.corrected.connect(self.correct)
        dialog.open()

    def correct(self, corrections: Corrections) -> None:
        """Apply a correction, keep it, and show what follows from it."""
        draft = self.draft
        if draft is not None:
            adjust = self.session.publishing.adjust
            self.run(lambda: adjust(draft, corrections), self.show_draft, None, Lane.NETWORK)

    def _ask_send(self) -> None:
        draft = self.draft
        if draft is not None:
            people = self.session.publishing.people
            self.run(lambda: people(draft.assembly_id), self._confirm)

    def _confirm(self, people: tuple[PersonRow, ...]) -> None:
        if self.draft is not None:
            dialog = SendDialog(self.draft, len(people), self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.accepted.connect(self.publish)
            dialog.open()

    def publish(self) -> None:
        """Put the revision in the outbox; it leaves with the next exchange."""
        draft = self.draft
        if draft is None:
            return
        self._error.clear()
        self.send.setEnabled(False)
        self._progress.setVisible(True)
        report = self.background.reporter(self._tell, self)
        self.run(
            lambda: self.session.publishing.publish(draft, report),
            lambda _changes: self._published(draft.sitting_id),
            self._failed,
            Lane.NETWORK,
        )

    def _tell(self, done: int, whole: int, _name: str) -> None:
        self._progress.setRange(0, whole)
        self._progress.setValue(done)

    def _published(self, sitting_id: str) -> None:
        self.navigator.here(SecretariatRoute())
        self.navigator.secretariat("follow", sitting_id)

    def _failed(self, error: Exception) -> None:
        self._progress.setVisible(False)
        self.send.setEnabled(True)
        self._error.show_error(error)

    def _forget(self) -> None:
        publishing = self.session.publishing
        self.run(lambda: publishing.discard(self._sitting_id), lambda _changes: self._forgotten())

    def _forgotten(self) -> None:
        self.navigator.forget(self.navigator.route)
