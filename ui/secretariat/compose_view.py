"""A sitting in preparation: what was understood, what is wrong, corrections, sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _, ngettext
from boardpack.services.changes import Changes
from boardpack.services.draft_models import Corrections, DraftView, FileReport, PersonRow
from boardpack.services.program import Session
from ui.background import Background, Lane
from ui.errors import ErrorPanel
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.screen import Screen
from ui.secretariat import rows
from ui.secretariat.correct_dialogs import FileDialog, ItemDialog
from ui.secretariat.foot import Foot
from ui.secretariat.reading_again import read_again
from ui.secretariat.rows import Key
from ui.secretariat.send_dialog import SendDialog
from ui.secretariat.sitting_form import SittingForm
from ui.secretariat.working import Progress, StoppedError, Working
from ui.widgets.buttons import button
from ui.widgets.confirm import confirm
from ui.widgets.page import Card, Page
from ui.widgets.sections import ListSection


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
        self._error = ErrorPanel(self)
        self._form = SittingForm()
        self._form.corrected.connect(self.correct)
        self._problems = ListSection(_("To correct before sending"))
        self._doubts = ListSection(_("To check"))
        self._agenda = ListSection(_("Agenda"))
        self._aside = ListSection(_("Files that are not sent"))
        self._absent = ListSection(_("Sent earlier, not in the folder any more"))
        self._card = Card()
        self._card.body.addWidget(self._form)
        self._make_foot()
        page = Page(_("Prepare a sitting"))
        for section in self._lists():
            section.chosen.connect(self.edit)
        first, *others = self._lists()
        for widget in (self._error, first, self._card, *others):
            page.body.addWidget(widget)
        page.body.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(page, 1)
        outer.addWidget(self._foot)
        self._show_all(shown=False)

    def title(self) -> str:
        """Return what is done here."""
        if self.draft and self.draft.already_sent:
            return _("Correct a sitting")
        return _("Prepare a sitting")

    def _lists(self) -> tuple[ListSection, ...]:
        return (self._problems, self._doubts, self._agenda, self._aside, self._absent)

    def _make_foot(self) -> None:
        self._discard = button(_("Forget this draft"), self._ask_forget, kind="quiet")
        self._again = button(_("Read the folder again"), self.read_again, icon="refresh")
        self.send = button(_("Send…"), self._ask_send, kind="primary", icon="send-outline")
        self.send.setEnabled(False)
        self._foot = Foot(self._discard, self._again, self.send)
        self._working = Working()
        self._foot.above.addWidget(self._working)

    def _show_all(self, *, shown: bool) -> None:
        self._card.setVisible(shown)
        self._foot.setVisible(shown)
        if not shown:
            for section in self._lists():
                section.setVisible(False)

    def open_route(self, route: Route) -> None:
        """Take the draft that the route names."""
        if isinstance(route, SecretariatRoute):
            self._sitting_id = route.subject_id

    def opened(self) -> None:
        """Load the draft and the assemblies."""
        publishing = self.session.publishing
        self.run(publishing.assemblies, self._form.set_assemblies)
        self.run(lambda: publishing.draft(self._sitting_id), self.show_draft, self._gone)

    def refresh(self, changes: Changes) -> None:
        """Nothing that arrives changes a draft under the person's hands."""

    def panes(self) -> Sequence[QWidget]:
        """Go round the lists, the form and the buttons."""
        lists = [section.list for section in self._lists() if section.isVisible()]
        return [*lists, self._form.title, self.send]

    def _gone(self, error: Exception) -> None:
        self.draft = None
        self._show_all(shown=False)
        self._error.show_error(error)

    def show_draft(self, draft: DraftView) -> None:
        """Show the draft as it now stands."""
        self.draft = draft
        self._show_all(shown=True)
        self._form.show_draft(draft)
        wrong = rows.blocking_rows(draft)
        self._problems.set_rows(wrong)
        self._doubts.set_rows(rows.doubtful_rows(draft))
        self._agenda.set_rows(rows.item_rows(draft))
        self._aside.set_rows(rows.left_out_rows(draft))
        self._absent.set_rows(rows.absent_rows(draft))
        sentence, tone = self._sentence(draft, len(wrong))
        self._foot.say(sentence, rows.summary(draft), tone)
        self.send.setEnabled(draft.sendable)
        self.retitled.emit()

    @staticmethod
    def _sentence(draft: DraftView, wrong: int) -> tuple[str, str]:
        if wrong:
            text = ngettext(
                "{count} thing to correct before sending",
                "{count} things to correct before sending",
                wrong,
            )
            return text.format(count=wrong), "danger"
        if draft.already_sent and not draft.changes:
            return _("Nothing changed since the last sending."), "secondary"
        if draft.already_sent:
            text = ngettext(
                "{count} change since the last sending: only that is sent.",
                "{count} changes since the last sending: only these are sent.",
                draft.changes,
            )
            return text.format(count=draft.changes), "success"
        return _("Ready to be sent"), "success"

    def edit(self, key: object) -> None:
        """Open the dialog that corrects a file or an item, or go to the field that is empty."""
        draft = self.draft
        if draft is None or not isinstance(key, Key):
            return
        match key.kind:
            case "file":
                files = (*draft.sent_files, *draft.not_placed)
                self._edit_file(next(each for each in files if each.path == key.name))
            case "item":
                self._edit_item(next(i for i in draft.items if str(i.number) == key.name).number)
            case "missing":
                self._give(key.name)
            case _:
                self._withdraw(key.name)

    def _edit_file(self, file: FileReport) -> None:
        last = max((item.number for item in self.draft.items), default=0) if self.draft else 0
        self._open(FileDialog(file, self, next_item=last + 1))

    def _edit_item(self, number: int) -> None:
        if self.draft is not None:
            item = next(each for each in self.draft.items if each.number == number)
            self._open(ItemDialog(item, self))

    def _give(self, missing: str) -> None:
        field = self._form.field(missing)
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif missing == "item_titles" and self.draft is not None:
            self._edit_item(next(each for each in self.draft.items if not each.title).number)
        else:
            self._agenda.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _withdraw(self, document_id: str) -> None:
        """Take a document of the last revision out of the sitting, or keep it after all."""
        if self.draft is None:
            return
        out = {each.document_id for each in self.draft.absent if each.withdrawn}
        self.correct(Corrections(withdraw=tuple(sorted(out ^ {document_id}))))

    def _open(self, dialog: FileDialog | ItemDialog) -> None:
        dialog.corrected.connect(self.correct)
        dialog.open()

    def correct(self, corrections: Corrections) -> None:
        """Apply a correction, keep it, and show what follows from it."""
        draft = self.draft
        if draft is not None:
            adjust = self.session.publishing.adjust
            self.run(lambda: adjust(draft, corrections), self.show_draft, self._failed)

    def read_again(self) -> None:
        """Examine the files once more: the person changed them in the folder."""
        draft = self.draft
        if draft is None:
            return
        progress = self._begin(_("Reading the files…"))
        self.run(
            lambda: read_again(self.session, draft, progress),
            self._read_again,
            self._failed,
            Lane.NETWORK,
        )

    def _read_again(self, draft: DraftView) -> None:
        self._end()
        if draft.sitting_id != self._sitting_id:
            before = SecretariatRoute("prepare", self._sitting_id)
            self._sitting_id = draft.sitting_id
            if self.navigator.route == before:
                self.navigator.here(SecretariatRoute("prepare", draft.sitting_id))
        self.show_draft(draft)

    def _ask_send(self) -> None:
        draft = self.draft
        if draft is not None:
            people = self.session.publishing.people
            self.run(lambda: people(draft.assembly_id), self._confirm)

    def _confirm(self, people: tuple[PersonRow, ...]) -> None:
        if self.draft is not None:
            dialog = SendDialog(self.draft, len(people), self)
            dialog.accepted.connect(lambda: self.publish(dialog.not_before))
            dialog.open()

    def publish(self, not_before: datetime | None = None) -> None:
        """Put the revision in the outbox; it leaves with the next exchange."""
        draft = self.draft
        if draft is None:
            return
        progress = self._begin(_("Keeping the files…"))
        self.run(
            lambda: self.session.publishing.publish(draft, progress, not_before),
            self._published,
            self._failed,
            Lane.NETWORK,
        )

    def _published(self, changes: Changes) -> None:
        self._end()
        self.session.announcer.announce(changes)
        self.navigator.forget(SecretariatRoute("follow", self._sitting_id))
        self.navigator.secretariat("follow", self._sitting_id)
        self.navigator.forget(SecretariatRoute("prepare", self._sitting_id))

    def _begin(self, name: str) -> Progress:
        self._error.clear()
        for each in (self._discard, self._again, self.send):
            each.setEnabled(False)
        return self._working.start(name, self.background)

    def _end(self) -> None:
        self._working.finish()
        for each in (self._discard, self._again):
            each.setEnabled(True)
        self.send.setEnabled(self.draft is not None and self.draft.sendable)

    def _failed(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, StoppedError):
            self._error.show_error(error)

    def _ask_forget(self) -> None:
        confirm(
            self,
            _("Forget this draft?"),
            _("What was corrected here is lost. The files in the folder are not touched."),
            _("Forget this draft"),
            self._forget,
            danger=True,
        )

    def _forget(self) -> None:
        publishing, sitting_id = self.session.publishing, self._sitting_id
        self.run(
            lambda: publishing.discard(sitting_id),
            self._forgotten,
            self._failed,
        )

    def _forgotten(self, changes: Changes) -> None:
        self.session.announcer.announce(changes)
        self.navigator.forget(SecretariatRoute("prepare", self._sitting_id))
