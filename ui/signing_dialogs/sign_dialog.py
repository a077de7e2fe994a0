"""Signing one deliberation with a certificate file: whose it is, what is signed, then once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from boardpack.domain.errors import ActionableError
from boardpack.messages import _
from boardpack.services.read_models import DeliberationRow
from boardpack.services.signing import Stage
from boardpack.services.signing_models import CertificateView
from ui import formats
from ui.background import Lane
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import ElidedLabel, label

if TYPE_CHECKING:
    from ui.screen import Screen

T = TypeVar("T")

_MOST_BYTES = 1_000_000


class CertificateFileError(ActionableError):
    """The file chosen as certificate cannot be read or is far too large to be one."""

    code = "window.certificate_file"


def read_certificate(path: Path) -> bytes:
    """Return the bytes of a certificate file.

    Raises:
        CertificateFileError: it cannot be read, or is no certificate file by its size.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CertificateFileError(name=path.name)
        return path.read_bytes()
    except OSError as error:
        raise CertificateFileError(name=path.name) from error


class SignDialog(QDialog):
    """Takes the file and its passphrase, shows whose certificate it is, signs."""

    def __init__(self, screen: Screen, row: DeliberationRow, sha256: str) -> None:
        super().__init__(screen.window())
        self._screen, self._row, self._sha256 = screen, row, sha256
        self._path: Path | None = None
        self._confirmed = False
        self.setWindowTitle(_("Sign"))
        m = look().metrics
        self.setMinimumWidth(round(520 * min(m.scale, 1.4)))
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(m.three, m.three, m.three, m.two)
        self._body.setSpacing(m.two)
        self._body.addWidget(label(f"{row.number} · {row.title}", "heading"))
        mine = next((step for step in row.steps if step.mine), None)
        quality = mine.quality if mine else ""
        self._body.addWidget(label(_("You sign as: {quality}").format(quality=quality)))
        self._add_file()
        self._add_passphrase()
        self._whose = label("", tone="secondary")
        self._error = ErrorPanel(self)
        self._stage = label("", tone="secondary")
        for widget in (self._whose, self._error, self._stage):
            widget.setVisible(False)
            self._body.addWidget(widget)
        self._add_buttons()

    def _add_file(self) -> None:
        self._body.addWidget(label(_("Certificate file (.p12 or .pfx)"), strong=True))
        row = QHBoxLayout()
        self._file = ElidedLabel(_("No file chosen"))
        row.addWidget(self._file, 1)
        row.addWidget(button(_("Choose…"), self._ask_file, icon="certificate-outline"))
        self._body.addLayout(row)

    def _add_passphrase(self) -> None:
        self._body.addWidget(label(_("Passphrase of the certificate"), strong=True))
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(_("Passphrase of the certificate"))
        self.passphrase.textChanged.connect(self._typed)
        self.passphrase.returnPressed.connect(self._proceed)
        self._body.addWidget(self.passphrase)

    def _add_buttons(self) -> None:
        foot = QWidget()
        flow = FlowLayout(foot, to_right=True)
        self.cancel = button(_("Cancel"), self.reject)
        self.proceed = button(_("Continue"), self._proceed, kind="primary")
        self.proceed.setEnabled(False)
        flow.addWidget(self.cancel)
        flow.addWidget(self.proceed)
        self._body.addWidget(foot)

    def _ask_file(self) -> None:
        kinds = _("Certificates") + " (*.p12 *.pfx)"
        dialog = QFileDialog(self, _("Certificate file (.p12 or .pfx)"), "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.choose)
        dialog.open()

    def choose(self, path: str) -> None:
        """Take this certificate file."""
        self._path = Path(path)
        self._file.setText(self._path.name)
        self._typed()
        self.passphrase.setFocus()

    def _typed(self) -> None:
        self._confirmed = False
        self._whose.setVisible(False)
        self.proceed.setText(_("Continue"))
        self.proceed.setEnabled(self._path is not None and bool(self.passphrase.text()))

    def _proceed(self) -> None:
        if not self.proceed.isEnabled() or self._path is None:
            return
        self._error.clear()
        path, secret = self._path, self.passphrase.text().encode()
        signing = self._screen.session.signing
        self._busy(busy=True)
        if not self._confirmed:
            self._run(lambda: signing.certificate(read_certificate(path), secret), self._confirm)
            return
        stage = self._screen.background.reporter(self._show_stage, self)
        identifier, sha256 = self._row.deliberation_id, self._sha256
        self._run(
            lambda: signing.sign(identifier, sha256, read_certificate(path), secret, stage),
            lambda _changes: self.accept(),
        )

    def _run(self, operation: Callable[[], T], success: Callable[[T], object]) -> None:
        self._screen.background.run(
            operation, success=success, failure=self._failed, lane=Lane.NETWORK, owner=self
        )

    def _confirm(self, certificate: CertificateView) -> None:
        self._busy(busy=False)
        self._confirmed = True
        text = _("Certificate of {name}, issued by {issuer}, valid until {day}.")
        self._whose.setText(
            text.format(
                name=certificate.name,
                issuer=certificate.issuer,
                day=formats.day(certificate.not_after.astimezone()),
            )
        )
        self._whose.setVisible(True)
        self.proceed.setText(_("Sign"))
        self.proceed.setFocus()

    def _show_stage(self, stage: Stage) -> None:
        texts = {
            Stage.PREPARING: _("Preparing the document…"),
            Stage.SIGNING: _("Signing…"),
            Stage.CHECKING: _("Checking the signature…"),
            Stage.KEEPING: _("Keeping the signed document…"),
        }
        self._stage.setText(texts[stage])
        self._stage.setVisible(True)

    def _busy(self, *, busy: bool) -> None:
        self.proceed.setEnabled(not busy)
        self.passphrase.setEnabled(not busy)

    def _failed(self, error: Exception) -> None:
        self._busy(busy=False)
        self._stage.setVisible(False)
        self._error.show_error(error)
        self.passphrase.setFocus()
        self.passphrase.selectAll()
