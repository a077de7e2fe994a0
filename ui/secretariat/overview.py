"""The secretariat's first page: prepare a sitting, go on with a draft, follow what was sent."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.draft_models import DraftRow, DraftView
from boardpack.services.program import Session
from boardpack.services.read_models import SittingRow
from ui.background import Background, Lane
from ui.errors import ErrorPanel
from ui.navigation import Navigator
from ui.screen import Screen
from ui.secretariat.drop_zone import DropZone
from ui.secretariat.rows import draft_row, sent_row
from ui.widgets.flow_list import FlowList
from ui.widgets.labels import label
from ui.widgets.page import Card, Page, Section


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
        self._progress = QProgressBar()
        self._progress.setVisible(False)
        self._reading = label("", "small")
        self._reading.setVisible(False)
        for widget in (self._zone, self._error, self._progress, self._reading):
            page.body.addWidget(widget)
        self._drafts, self._draft_list = self._section(page, _("In preparation"), "prepare")
        self._sent, self._sent_list = self._section(page, _("Sent"), "follow")
        page.body.addStretch(1)

    def title(self) -> str:
        """Return the name of this room."""
        return _("Secretariat")

    def _section(self, page: Page, name: str, part: str) -> tuple[Section, FlowList]:
        section, rows, card = Section(name), FlowList(name), Card(flush=True)
        rows.chosen.connect(lambda key: self.navigator.secretariat(part, str(key)))
        card.body.addWidget(rows)
        section.body.addWidget(card)
        section.setVisible(False)
        page.body.addWidget(section)
        return section, rows

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
        self._draft_list.set_rows([draft_row(row) for row in drafts])
        self._sent_list.set_rows([sent_row(row) for row in sent])
        self._drafts.setVisible(bool(drafts))
        self._sent.setVisible(bool(sent))

    def examine(self, paths: list[Path]) -> None:
        """Have the folder or files understood, then open the draft."""
        self._error.clear()
        self._zone.setEnabled(False)
        self._progress.setRange(0, 0)
        self._progress.setVisible(True)
        self._reading.setVisible(True)
        report = self.background.reporter(self._tell, self)
        what = paths[0] if len(paths) == 1 and paths[0].is_dir() else paths
        self.run(
            lambda: self.session.publishing.examine(what, None, report),
            self._examined,
            self._failed,
            Lane.NETWORK,
        )

    def _tell(self, done: int, whole: int, name: str) -> None:
        self._progress.setRange(0, whole)
        self._progress.setValue(done)
        self._reading.setText(name)

    def _examined(self, draft: DraftView) -> None:
        self._rest()
        self.navigator.secretariat("prepare", draft.sitting_id)

    def _failed(self, error: Exception) -> None:
        self._rest()
        self._error.show_error(error)

    def _rest(self) -> None:
        self._zone.setEnabled(True)
        self._progress.setVisible(False)
        self._reading.setVisible(False)
