"""Refusing to sign: the reason is asked for, and goes to the secretariat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.read_models import DeliberationRow
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label

if TYPE_CHECKING:
    from ui.screen import Screen


class RefuseDialog(QDialog):
    """Says what a refusal does, takes the reason, asks once."""

    def __init__(self, screen: Screen, row: DeliberationRow, sha256: str) -> None:
        super().__init__(screen.window())
        self._screen, self._row, self._sha256 = screen, row, sha256
        self.setWindowTitle(_("Refuse to sign"))
        m = look().metrics
        self.setMinimumWidth(round(480 * min(m.scale, 1.4)))
        body = QVBoxLayout(self)
        body.setContentsMargins(m.three, m.three, m.three, m.two)
        body.setSpacing(m.two)
        body.addWidget(label(f"{row.number} · {row.title}", "heading"))
        body.addWidget(
            label(_("The signatures stop here. The secretariat is told, with your reason."))
        )
        body.addWidget(label(_("Reason"), strong=True))
        self.reason = QPlainTextEdit()
        self.reason.setAccessibleName(_("Reason"))
        self.reason.setTabChangesFocus(True)
        self.reason.textChanged.connect(self._typed)
        body.addWidget(self.reason)
        self._error = ErrorPanel(self)
        body.addWidget(self._error)
        foot = QWidget()
        flow = FlowLayout(foot, to_right=True)
        flow.addWidget(button(_("Cancel"), self.reject))
        self.refuse = button(_("Refuse to sign"), self._refuse, kind="danger")
        self.refuse.setEnabled(False)
        flow.addWidget(self.refuse)
        body.addWidget(foot)

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
        self._screen.background.run(
            lambda: signing.refuse(identifier, sha256, reason),
            success=lambda _changes: self.accept(),
            failure=self._failed,
            owner=self,
        )

    def _failed(self, error: Exception) -> None:
        self.refuse.setEnabled(True)
        self._error.show_error(error)
