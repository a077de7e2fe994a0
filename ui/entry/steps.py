"""The steps of the first start, one question each."""

from __future__ import annotations

import platform
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.enrolment import EnrolmentService
from boardpack.services.offers import EnrolmentOffer
from ui.entry.frame import EntryFrame
from ui.entry.secret_field import SecretField
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.fields import NamedField
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label, picture

PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff"


def fact(icon: str, text: str, colour: str = "accent") -> QWidget:
    """Return a line with an icon, for instance what the device will be able to do."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look().metrics.two)
    row.addWidget(picture(icon, colour), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(text), 1)
    return made


class CodeStep(EntryFrame):
    """One field: the code, or all that the QR image holds. `given` carries the offer."""

    typed = Signal(str, str)
    pictured = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None, *, adding: bool = False) -> None:
        super().__init__(
            _("Add a server") if adding else _("Welcome"),
            _("Enter the enrolment code that your IT department gave you."),
            parent,
        )
        self.error = ErrorPanel()
        self._code = NamedField(_("Enrolment code"))
        self._code.line.setPlaceholderText("XXXX-XXXX-XXXX")
        self._code.line.returnPressed.connect(self._submit)
        self._server = NamedField(_("Address of the server, as on your letter"))
        self._server.line.setPlaceholderText("actes.exemple.fr")
        self._server.line.returnPressed.connect(self._submit)
        self._server.setVisible(False)
        self._go = button(_("Continue"), self._submit, kind="primary")
        self._qr = button(_("Read a QR image"), self._choose_picture, icon="qrcode-scan")
        for each in (self.error, self._code, self._server, self._go, self._qr):
            self.column.addWidget(each)
        if adding:
            self.column.addWidget(button(_("Back"), self.left.emit))
            return
        self.column.addSpacing(look().metrics.two)
        self.column.addWidget(label(_("This device will then be able to"), "small"))
        for icon, text in (
            ("book-open-page-variant-outline", _("show your sittings, also without network")),
            ("lock-outline", _("keep your notes, which nobody else can read")),
            ("email-check-outline", _("acknowledge convocations, and sign if you sign")),
        ):
            self.column.addWidget(fact(icon, text))

    def start(self) -> None:
        """Let the person type at once."""
        self._code.setFocus()

    def ask_address(self) -> None:
        """Show the second field: this code does not say where its server is."""
        self._server.setVisible(True)
        self._server.setFocus()

    def _submit(self) -> None:
        if not self._code.text.strip():
            self._code.setFocus()
            return
        self.typed.emit(self._code.text, self._server.text)

    def _choose_picture(self) -> None:
        dialog = QFileDialog(self, _("Picture of the QR image"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        kind = _("Pictures")
        dialog.setNameFilter(f"{kind} ({PICTURES})")
        dialog.fileSelected.connect(lambda name: self.pictured.emit(Path(name)))
        dialog.open()


class SecretStep(EntryFrame):
    """The device's name and the secret. `chosen` carries both."""

    chosen = Signal(str, str)
    back = Signal()

    def __init__(
        self,
        offer: EnrolmentOffer,
        service: EnrolmentService,
        parent: QWidget | None = None,
        *,
        adding: bool = False,
    ) -> None:
        server = offer.server_url.removeprefix("https://")
        title = _("Add a server") if adding else _("Protect this device")
        super().__init__(title, _("Server: {server}").format(server=server), parent)
        self._adding = adding
        self._service = service
        self.error = ErrorPanel()
        keyring = service.keyring
        name = _("PIN of six digits or more, or a passphrase") if keyring else _("Passphrase")
        if adding:
            name = _("PIN or passphrase") if keyring else _("Passphrase")
        self._device = NamedField(_("Name of this device"))
        self._device.line.setText(platform.node())
        self._secret = SecretField(name)
        self._again = SecretField(_("The same once more"))
        self._again.line.returnPressed.connect(self._submit)
        why = (
            _("You will type it each time you open boardpack. Nobody else can find it again.")
            if keyring
            else _(
                "This computer has no keyring to hold keys: a PIN would be too weak here. Choose "
                "four words that have nothing to do with each other, twelve characters or more."
            )
        )
        if adding:
            why = _("The one that opens boardpack here opens this server too.")
            self._secret.line.returnPressed.connect(self._submit)
        self._go = button(_("Enrol this device"), self._submit, kind="primary")
        foot = FlowLayout(to_right=True)
        foot.addWidget(button(_("Back"), self.back.emit))
        foot.addWidget(self._go)
        self.column.addWidget(self.error)
        for each in (self._device, self._secret, self._again, label(why, "small")):
            self.column.addWidget(each)
        self._again.setVisible(not adding)
        self.column.addLayout(foot)

    def start(self) -> None:
        """Let the person type at once."""
        self._secret.setFocus()

    @property
    def secret(self) -> str:
        """What was typed."""
        return self._secret.text

    def busy(self, *, busy: bool) -> None:
        """Wait for the server's answer."""
        for each in (self._device, self._secret, self._again, self._go):
            each.setEnabled(not busy)
        self._go.setText(_("Enrolling…") if busy else _("Enrol this device"))

    def show_weak(self, sentence: str) -> None:
        """Say why this secret is refused."""
        self._secret.show_wrong(sentence)
        self._secret.setFocus()

    def _submit(self) -> None:
        if not self._secret.text:
            self._secret.setFocus()
        elif not self._adding and self._secret.text != self._again.text:
            self._again.show_wrong(_("The two are not the same."))
            self._again.setFocus()
        else:
            self.chosen.emit(self._secret.text, self._device.text)
