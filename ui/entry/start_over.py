"""Before the profile is erased: what is lost, what is not, then yes or not now."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from ui.entry.steps import fact
from ui.widgets.confirm import ConfirmDialog
from ui.widgets.page import Section


class StartOverDialog(ConfirmDialog):
    """For whoever forgot the PIN or passphrase. `accepted` if the person says yes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Start over on this device?"),
            _(
                "Everything that boardpack keeps on this device is erased. You will then need a "
                "new enrolment code from your IT department: have it at hand first."
            ),
            _("Erase and start over"),
            parent,
            danger=True,
        )
        self._add(
            _("Lost for good"),
            ("close", "danger"),
            _("what this device has not sent yet: acknowledgements, signatures, sittings, notes"),
            _("your private notes, unless you have your recovery words"),
        )
        self._add(
            _("Not lost"),
            ("check", "success"),
            _("your sittings and documents: they come again from the server"),
            _("the acknowledgements and signatures that were sent: the server has them"),
            _("your private notes that were sent, with your recovery words"),
        )

    def _add(self, heading: str, icon: tuple[str, str], *texts: str) -> None:
        section = Section(heading)
        for text in texts:
            section.body.addWidget(fact(icon[0], text, icon[1]))
        self.body.addWidget(section)
