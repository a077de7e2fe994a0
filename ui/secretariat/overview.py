"""The secretariat's first page: prepare a sitting, go on with a draft, follow what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.draft_models import DraftRow, DraftView
from boardpack.services.program import Session
from boardpack.services.read_models import SittingRow
from ui.background import Background, Lane
from ui.errors import ErrorPanel
from ui.navigation import Navigator, SecretariatRoute
from ui.screen import Screen
from ui.secretariat.drop_zone import DropZone
from ui.secretariat.rows import draft_row, sent_row
from ui.secretariat.working import StoppedError, Working
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.page import Page
from ui.widgets.sections import ListSection


class Overview(Screen):
    """Lists drafts and sent sittings; a dropped folder becomes a draft."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        page = Page(self.title())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)
        self._zone = DropZone(
            _("Prepare a sitting"),
            _(
                "Drop a folder of PDFs here: “01 - Title.pdf” is the report of item 1, "
                "“01.2 - Title.pdf” its annex 2, “convocation.pdf” the convocation."
            ),
        )
        self._zone.chosen.connect(self.examine)
        self._error = ErrorPanel(self)
        self._working = Working()
        self._drafts = ListSection(_("In preparation"))
        self._sent = ListSection(_("Sent"))
        page.body.addLayout(self._offices())
        for widget in (self._zone, self._working, self._error, self._drafts, self._sent):
            page.body.addWidget(widget)
        for section, part in ((self._drafts, "prepare"), (self._sent, "follow")):
            section.setVisible(False)
            section.chosen.connect(partial(self._open, part))
        page.body.addStretch(1)

    def _offices(self) -> FlowLayout:
        """Return the way to the secretariats that this person holds at other servers."""
        row = FlowLayout()
        for each in self.session.together.sessions:
            if each is not self.session and each.me.prepares:
                name = ", ".join(each.me.authority_names) or each.server
                text = _("Secretariat at {name}").format(name=name)
                row.addWidget(
                    button(text, partial(self._go_to, each.account), icon="swap-horizontal")
                )
        return row

    def _go_to(self, account: str) -> None:
        self.navigator.whole.open(SecretariatRoute(account=account))

    def title(self) -> str:
        """Return the name of this room."""
        return _("Secretariat")

    def _open(self, part: str, sitting_id: object) -> None:
        self.navigator.secretariat(part, str(sitting_id))

    def panes(self) -> Sequence[QWidget]:
        """Go round the drop zone and the lists."""
        lists = [each.list for each in (self._drafts, self._sent) if each.isVisible()]
        return [self._zone.first, *lists]

    def opened(self) -> None:
        """Load both lists."""
        session = self.session
        self.run(
            lambda: (session.publishing.drafts(), session.following.overview()),
            lambda found: self._show(*found),
        )

    def refresh(self, changes: Changes) -> None:
        """Load again when a sitting or the outbox changed."""
        if changes.sittings or changes.outbox or changes.everything:
            self.opened()

    def _show(self, drafts: tuple[DraftRow, ...], sent: tuple[SittingRow, ...]) -> None:
        self._drafts.set_rows([draft_row(row) for row in drafts])
        self._sent.set_rows([sent_row(row) for row in sent])

    def examine(self, paths: list[Path]) -> None:
        """Have the folder or files understood, then open the draft."""
        self._error.clear()
        self._zone.setEnabled(False)
        progress = self._working.start(_("Reading the files…"), self.background)
        what = paths[0] if len(paths) == 1 and paths[0].is_dir() else paths
        self.run(
            lambda: self.session.publishing.examine(what, None, progress),
            self._examined,
            self._failed,
            Lane.NETWORK,
        )

    def _examined(self, draft: DraftView) -> None:
        self._rest()
        self.navigator.secretariat("prepare", draft.sitting_id)

    def _failed(self, error: Exception) -> None:
        self._rest()
        if not isinstance(error, StoppedError):
            self._error.show_error(error)

    def _rest(self) -> None:
        self._zone.setEnabled(True)
        self._working.finish()
