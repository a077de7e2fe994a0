"""Signing one deliberation with a certificate file: whose it is, what is signed, then once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout

from boardpack.domain.errors import ActionableError
from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.read_models import DeliberationRow
from boardpack.services.signing import Stage
from boardpack.services.signing_models import CertificateView
from ui import formats
from ui.background import Lane
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.fields import NamedField
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.sheet import Sheet

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


class _Recent(QObject):
    """Which certificate file was used last in this session; never its passphrase."""

    path: Path | None = None


def _recent(screen: Screen) -> _Recent:
    """Return the memory of this session; it goes with the session's navigator."""
    return screen.navigator.findChild(_Recent) or _Recent(screen.navigator)


class SignDialog(Sheet):
    """Takes the file and its passphrase, shows whose certificate it is, signs."""

    def __init__(self, screen: Screen, row: DeliberationRow, sha256: str) -> None:
        """Sign the version `sha256`, which was read."""
        super().__init__(_("Sign this deliberation"), screen, width=560)
        self._screen, self._row, self._sha256 = screen, row, sha256
        self._path: Path | None = None
        self._confirmed = self._signing = False
        self.body.addWidget(label(f"{row.number} · {row.title}", "heading"))
        mine = next((step for step in row.steps if step.mine), None)
        quality = mine.quality if mine else ""
        self.body.addWidget(
            label(_("You sign as: {quality}").format(quality=quality), tone="secondary")
        )
        self._add_file()
        self._secret = NamedField(_("Passphrase of the certificate"), secret=True)
        self.passphrase = self._secret.line
        self.passphrase.textChanged.connect(self._typed)
        self.body.addWidget(self._secret)
        self._add_answers()
        self._add_buttons()
        known = _recent(screen).path
        if known is not None and known.is_file():
            self.choose(str(known))
        else:
            self._choose.setFocus()

    def _add_file(self) -> None:
        m = look().metrics
        column = QVBoxLayout()
        column.setSpacing(m.half)
        column.addWidget(label(_("Certificate file (.p12 or .pfx)"), "small"))
        row = QHBoxLayout()
        row.setSpacing(m.one)
        self._file = ElidedLabel(_("No file chosen"))
        self._choose = button(_("Choose…"), self._ask_file, icon="certificate-outline")
        row.addWidget(self._file, 1)
        row.addWidget(self._choose)
        column.addLayout(row)
        self.body.addLayout(column)

    def _add_answers(self) -> None:
        m = look().metrics
        self._whose = QFrame()
        self._whose.setProperty("role", "banner")
        self._whose_text = label("")
        self._whose_wrong = label(
            _("It does not bear your name: the server may refuse the signature."), tone="warning"
        )
        column = QVBoxLayout(self._whose)
        column.setContentsMargins(m.two, m.one, m.two, m.one)
        column.addWidget(self._whose_text)
        column.addWidget(self._whose_wrong)
        self._error = ErrorPanel(self)
        self._stage = label("", tone="secondary")
        for widget in (self._whose, self._error, self._stage):
            widget.setVisible(False)
            self.body.addWidget(widget)
        self.body.addStretch(1)

    def _add_buttons(self) -> None:
        self.cancel = button(_("Cancel"), self.reject)
        self.proceed = button(_("Continue"), self._proceed, kind="primary")
        self.proceed.setEnabled(False)
        self.proceed.setDefault(True)
        self.foot.addWidget(self.cancel)
        self.foot.addWidget(self.proceed)

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
        self._file.setAccessibleName(self._path.name)
        self._typed()
        self.passphrase.setFocus()

    def _typed(self) -> None:
        """Ask again whose certificate it is: file or passphrase are others now."""
        shown = self._whose.isVisible()
        self._confirmed = False
        self._whose.setVisible(False)
        self.proceed.setText(_("Continue"))
        self.proceed.setAccessibleName(_("Continue"))
        self.proceed.setEnabled(self._path is not None and bool(self.passphrase.text()))
        if shown:
            self.fit()

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
        self._signing = True
        self.cancel.setEnabled(False)
        stage = self._screen.background.reporter(self._show_stage, self)
        identifier, sha256 = self._row.deliberation_id, self._sha256
        self._run(
            lambda: signing.sign(identifier, sha256, read_certificate(path), secret, stage),
            self._signed,
        )

    def _run(self, operation: Callable[[], T], success: Callable[[T], object]) -> None:
        self._screen.background.run(
            operation, success=success, failure=self._failed, lane=Lane.NETWORK, owner=self
        )

    def _confirm(self, certificate: CertificateView) -> None:
        self._busy(busy=False)
        self._confirmed = True
        _recent(self._screen).path = self._path
        text = _("Certificate of {name}, issued by {issuer}, valid until {day}.")
        self._whose_text.setText(
            text.format(
                name=certificate.name,
                issuer=certificate.issuer,
                day=formats.day(certificate.not_after.astimezone()),
            )
        )
        self._whose_wrong.setVisible(not certificate.is_mine)
        self._whose.setVisible(True)
        self.proceed.setText(_("Sign"))
        self.proceed.setAccessibleName(_("Sign"))
        self.proceed.setAccessibleDescription(self._whose_text.text())
        self.proceed.setFocus()
        self.fit()

    def _show_stage(self, stage: Stage) -> None:
        texts = {
            Stage.PREPARING: _("Preparing the document…"),
            Stage.SIGNING: _("Signing…"),
            Stage.CHECKING: _("Checking the signature…"),
            Stage.KEEPING: _("Keeping the signed document…"),
        }
        self._stage.setText(texts[stage])
        if not self._stage.isVisible():
            self._stage.setVisible(True)
            self.fit()

    def _busy(self, *, busy: bool) -> None:
        self.proceed.setEnabled(not busy)
        self.passphrase.setEnabled(not busy)
        self._choose.setEnabled(not busy)

    def _signed(self, changes: Changes) -> None:
        self._signing = False
        self._screen.session.announcer.announce(changes)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self._signing = False
        self.cancel.setEnabled(True)
        self._busy(busy=False)
        self._stage.setVisible(False)
        self._error.show_error(error)
        self.fit()
        self.passphrase.setFocus()
        self.passphrase.selectAll()

    def reject(self) -> None:
        """Close without signing; a signature that is being made is not left half-way."""
        if not self._signing:
            super().reject()

    def done(self, result: int) -> None:
        """Forget the passphrase, whatever the end."""
        self.passphrase.clear()
        super().done(result)
