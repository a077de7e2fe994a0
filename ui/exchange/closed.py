"""An account that is not open: whose, and why; nothing else of it is known."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from boardpack.messages import _, error_text
from boardpack.services.profile_state import ProfileKind, ProfileState
from ui.widgets.labels import label
from ui.widgets.page import Card

ERASED = "account.erased"


def server_name(state: ProfileState) -> str:
    """Return what people call the server of an account."""
    return state.server or _("A server of this profile")


class ClosedCard(Card):
    """What happened, what is safe, what to do, a code for support."""

    def __init__(self, state: ProfileState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        code = ERASED if state.kind is ProfileKind.ERASED else state.code
        text = error_text(code, dict(state.parameters))
        self.body.addWidget(label(server_name(state), "heading"))
        self.body.addWidget(label(text.title, tone="danger"))
        self.body.addWidget(label(text.safe))
        self.body.addWidget(label(text.do))
        self.body.addWidget(label(_("Code for support: {code}").format(code=text.code), "small"))
