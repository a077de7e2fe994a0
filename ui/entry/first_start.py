"""First start: the code, the secret, then enrolment; a former device retires only when agreed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from boardpack.messages import _, describe, language
from boardpack.services.offers import EnrolmentOffer
from boardpack.services.program import Program, Session
from ui.background import Background, Lane
from ui.entry.steps import CodeStep, SecretStep
from ui.widgets.confirm import confirm

ALREADY_ACTIVE: Final = "device.already_active"
ADDRESS_NEEDED: Final = "account.address_needed"
WEAK: Final = ("sealing.weak_pin", "sealing.weak_passphrase")
#: The code itself was refused: back to the first step.
BAD_CODE: Final = ("device.bad_code", "device.too_many_tries", "account.wrong_server")


class FirstStart(QStackedWidget):
    """`enrolled` carries the open session; `left` when one more server was not added after all."""

    enrolled = Signal(object)
    left = Signal()

    def __init__(
        self,
        program: Program,
        background: Background,
        parent: QWidget | None = None,
        *,
        adding: bool = False,
    ) -> None:
        super().__init__(parent)
        self._service = program.enrolment
        self._background = background
        self._adding = adding
        self._code = CodeStep(adding=adding)
        self._code.left.connect(self.left)
        self._code.typed.connect(self._check)
        self._code.pictured.connect(self._read)
        self._secret: SecretStep | None = None
        self.addWidget(self._code)

    def start(self) -> None:
        """Let the person type at once."""
        self._code.start()

    def _check(self, text: str, server: str) -> None:
        self._background.run(
            lambda: self._service.check_code(text, server),
            success=self._ask_secret,
            failure=self._code_failed,
            lane=Lane.NETWORK,
            owner=self,
        )

    def _read(self, path: Path) -> None:
        self._background.run(
            lambda: self._service.read_qr(path),
            success=self._ask_secret,
            failure=self._code_failed,
            lane=Lane.NETWORK,
            owner=self,
        )

    def _code_failed(self, error: Exception) -> None:
        if describe(error).code == ADDRESS_NEEDED:
            self._code.error.clear()
            self._code.ask_address()
            return
        self._code.error.show_error(error)

    def _ask_secret(self, offer: EnrolmentOffer) -> None:
        self._code.error.clear()
        self._leave_secret()
        step = SecretStep(offer, self._service, adding=self._adding)
        step.chosen.connect(lambda secret, name: self._enrol(offer, secret, name))
        step.back.connect(self._to_code)
        self._secret = step
        self.addWidget(step)
        self.setCurrentWidget(step)
        step.start()

    def _leave_secret(self) -> None:
        if self._secret is not None:
            self.removeWidget(self._secret)
            self._secret.deleteLater()
            self._secret = None

    def _to_code(self) -> None:
        self.setCurrentWidget(self._code)
        self._leave_secret()
        self._code.start()

    def _enrol(
        self, offer: EnrolmentOffer, secret: str, name: str, *, replace: bool = False
    ) -> None:
        if self._secret is None:
            return
        self._secret.error.clear()
        self._secret.busy(busy=True)
        spoken = language()
        self._background.run(
            lambda: self._service.enrol(offer, secret, name, replace=replace, language=spoken),
            success=self._done,
            failure=lambda error: self._enrol_failed(error, offer, secret, name),
            lane=Lane.NETWORK,
            owner=self,
        )

    def _enrol_failed(
        self, error: Exception, offer: EnrolmentOffer, secret: str, name: str
    ) -> None:
        if self._secret is None:
            return
        self._secret.busy(busy=False)
        text = describe(error)
        if text.code == ALREADY_ACTIVE:
            confirm(
                self,
                text.title,
                f"{text.safe} {text.do}",
                _("Retire the other device"),
                lambda: self._enrol(offer, secret, name, replace=True),
            )
        elif text.code in WEAK:
            self._secret.show_weak(f"{text.title} {text.do}")
        elif text.code in BAD_CODE:
            self._to_code()
            self._code.error.show_error(error)
        else:
            self._secret.error.show_error(error)

    def _done(self, session: Session) -> None:
        self.enrolled.emit(session)
