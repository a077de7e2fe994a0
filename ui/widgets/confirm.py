"""One question before what cannot be undone: what will happen, to what, then yes or not now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from ui.widgets.buttons import button
from ui.widgets.labels import label
from ui.widgets.sheet import Sheet


class ConfirmDialog(Sheet):
    """Asks once. `open()` returns at once; `accepted` comes if the person says yes."""

    def __init__(
        self,
        title: str,
        text: str,
        yes: str,
        parent: QWidget | None = None,
        *,
        danger: bool = False,
    ) -> None:
        super().__init__(title, parent)
        if text:
            self.body.addWidget(label(text))
        self.yes = button(yes, self.accept, kind="danger" if danger else "primary")
        self.no = button(_("Not now"), self.reject)
        self.foot.addWidget(self.no)
        self.foot.addWidget(self.yes)
        (self.no if danger else self.yes).setDefault(True)


def confirm(
    parent: QWidget,
    title: str,
    text: str,
    yes: str,
    then: Callable[[], Any],
    *,
    danger: bool = False,
) -> ConfirmDialog:
    """Ask over the window of `parent`; call `then` if the person says yes."""
    dialog = ConfirmDialog(title, text, yes, parent, danger=danger)
    dialog.accepted.connect(then)
    dialog.open()
    return dialog
