"""When large documents wait for another network, and what the computer says of this one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from boardpack.services.holding import Metered
from ui.widgets.choice import Choice
from ui.widgets.labels import label
from ui.widgets.page import Card, Section


class NetworkSection(Section):
    """`chosen` carries the new `Metered`."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Limited network"), parent)
        self._choice = Choice(
            _("Treat the network as limited (mobile data)"),
            (
                (Metered.AUTOMATIC, _("As the computer says")),
                (Metered.ALWAYS, _("Always")),
                (Metered.NEVER, _("Never")),
            ),
        )
        self._choice.chosen.connect(self.chosen)
        self._said = label("", "small")
        card = Card()
        card.body.addWidget(self._choice)
        card.body.addWidget(self._said)
        self.body.addWidget(card)

    def show_choice(self, metered: Metered, detected: bool | None) -> None:  # noqa: FBT001 as told
        """Press what is in force, and say what it means here and now."""
        self._choice.show_value(metered)
        self._said.setText(_meaning(metered, detected=detected))


def _meaning(metered: Metered, *, detected: bool | None) -> str:
    match metered, detected:
        case Metered.ALWAYS, _any:
            return _("Only documents under 2 MB, and those that you open or ask for, are received.")
        case Metered.NEVER, _any:
            return _("Every document is received, whatever the network.")
        case _, None:
            return _(
                "This computer does not say whether its network is limited, so every document is "
                "received. On mobile data, choose “Always”."
            )
        case _, True:
            return _(
                "This computer says that its network is limited now: only documents under 2 MB, "
                "and those that you open or ask for, are received."
            )
        case _:
            return _("This computer says that its network is not limited now.")
