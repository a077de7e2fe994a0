"""One question before what cannot be undone: what will happen, to what, then yes or not now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from boardpack.messages import _
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label

_WIDTH = 480


class ConfirmDialog(QDialog):
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
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        m = look().metrics
        self.setFixedWidth(self._width(parent))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(m.three, m.three, m.three, m.two)
        outer.setSpacing(m.two)
        outer.addWidget(label(title, "title"))
        if text:
            outer.addWidget(label(text))
        self.body = QVBoxLayout()
        outer.addLayout(self.body)
        self.yes = button(yes, self.accept, kind="danger" if danger else "primary")
        self.no = button(_("Not now"), self.reject)
        foot = FlowLayout(to_right=True)
        foot.addWidget(self.no)
        foot.addWidget(self.yes)
        outer.addLayout(foot)
        if not danger:
            self.yes.setDefault(True)

    def _width(self, parent: QWidget | None) -> int:
        wanted = round(_WIDTH * min(look().metrics.scale, 1.5))
        return min(wanted, parent.window().width() - 2 * look().metrics.two) if parent else wanted


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
    dialog = ConfirmDialog(title, text, yes, parent.window(), danger=danger)
    dialog.accepted.connect(then)
    dialog.open()
    return dialog
