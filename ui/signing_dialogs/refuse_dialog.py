"""Refusing to sign: the reason is asked for, and goes to the secretariat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.read_models import DeliberationRow
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.labels import label
from ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from ui.screen import Screen

_LINES = 5


class RefuseDialog(Sheet):
    """Says what a refusal does, takes the reason, asks once."""

    def __init__(self, screen: Screen, row: DeliberationRow, sha256: str) -> None:
        """Refuse the version `sha256`, which was read."""
        super().__init__(_("Refuse to sign?"), screen, width=560)
        self._screen, self._row, self._sha256 = screen, row, sha256
        self.body.addWidget(label(f"{row.number} · {row.title}", "heading"))
        self.body.addWidget(
            label(_("The signatures stop here. The secretariat is told, with your reason."))
        )
        name = label(_("Reason"), "small")
        self.reason = QPlainTextEdit()
        self.reason.setAccessibleName(_("Reason"))
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(round(_LINES * 1.5 * look().metrics.body))
        self.reason.textChanged.connect(self._typed)
        name.setBuddy(self.reason)
        column = QVBoxLayout()
        column.setSpacing(look().metrics.half)
        column.addWidget(name)
        column.addWidget(self.reason)
        self._error = ErrorPanel(self)
        self.body.addLayout(column)
        self.body.addWidget(self._error)
        self.body.addStretch(1)
        self.refuse = button(_("Refuse to sign"), self._refuse, kind="danger")
        self.refuse.setEnabled(False)
        self.foot.addWidget(button(_("Cancel"), self.reject))
        self.foot.addWidget(self.refuse)
        self.reason.setFocus()

    def _typed(self) -> None:
        self.refuse.setEnabled(bool(self.reason.toPlainText().strip()))

    def _refuse(self) -> None:
        reason = self.reason.toPlainText().strip()
        signing, identifier, sha256 = (
            self._screen.session.signing,
            self._row.deliberation_id,
            self._sha256,
        )
        self.refuse.setEnabled(False)
        self._error.clear()
        self._screen.background.run(
            lambda: signing.refuse(identifier, sha256, reason),
            success=self._refused,
            failure=self._failed,
            owner=self,
        )

    def _refused(self, changes: Changes) -> None:
        self._screen.session.announcer.announce(changes)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.refuse.setEnabled(True)
        self._error.show_error(error)
        self.fit()
