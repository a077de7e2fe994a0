"""Noting the words: they are shown, put on paper, and two of them are asked for."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from ui.errors import ErrorPanel
from ui.recovery import paper
from ui.recovery.word_grid import WordGrid
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.fields import NamedField
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.page import Card

_PROOF: Final = 2


class NotePart(QWidget):
    """`noted` when they are on paper, `later` when not now."""

    noted = Signal()
    later = Signal()

    def __init__(
        self, words: Sequence[str], name: str, *, renewing: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words, self._name = words, name
        column = _column(self)
        column.addWidget(label(_("Write these twelve words on paper, in this order"), "title"))
        column.addWidget(label(paper.purpose()))
        if renewing:
            former = _("The words that you noted before stay good until you have noted these.")
            column.addWidget(label(former))
        card = Card()
        card.body.addWidget(WordGrid(words))
        column.addWidget(card)
        column.addWidget(label(paper.keeping(), tone="secondary"))
        hint = _("By hand is safest: a shared printer may keep what it printed.")
        column.addWidget(label(hint, "small"))
        foot = FlowLayout()
        self.done = button(_("They are on paper"), self.noted.emit, kind="primary")
        self.print = button(_("Print…"), self._print, icon="printer-outline")
        self.postpone = button(_("Later"), self.later.emit)
        for each in (self.done, self.print, self.postpone):
            foot.addWidget(each)
        column.addLayout(foot)

    def start(self) -> None:
        """Let Enter go on."""
        self.done.setFocus()

    def _print(self) -> None:
        paper.ask_printer(self, self._words, self._name)


class ProofPart(QWidget):
    """Asks for two of the words. `proved` carries place → word, `back` shows them again."""

    proved = Signal(object)
    back = Signal()

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.error = ErrorPanel()
        places = sorted(secrets.SystemRandom().sample(range(1, count + 1), _PROOF))
        self.fields = {
            place: NamedField(_("Word {number} of your paper").format(number=place))
            for place in places
        }
        self.check = button(_("Check"), self._submit, kind="primary")
        column = _column(self)
        column.addWidget(label(_("Two words, to be sure"), "title"))
        column.addWidget(label(_("Read them from your paper. The first four letters are enough.")))
        column.addWidget(self.error)
        for field in self.fields.values():
            field.line.returnPressed.connect(self._submit)
            column.addWidget(field)
        foot = FlowLayout()
        foot.addWidget(self.check)
        foot.addWidget(button(_("Show the words again"), self.back.emit))
        column.addLayout(foot)

    def start(self) -> None:
        """Let the person type at once."""
        next(iter(self.fields.values())).setFocus()

    def failed(self, error: Exception) -> None:
        """Say that they are others."""
        self.check.setEnabled(True)
        self.error.show_error(error)
        self.start()

    def _submit(self) -> None:
        empty = next((each for each in self.fields.values() if not each.text.strip()), None)
        if empty is not None:
            empty.setFocus()
            return
        self.error.clear()
        self.check.setEnabled(False)
        self.proved.emit({place: field.text for place, field in self.fields.items()})


class DonePart(QWidget):
    """What came of it; `left` by its one button."""

    left = Signal()

    def __init__(self, title: str, *texts: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = _column(self)
        column.addWidget(label(title, "title"))
        for text in texts:
            column.addWidget(label(text))
        foot = FlowLayout()
        self.go = button(_("Continue"), self.left.emit, kind="primary")
        foot.addWidget(self.go)
        column.addLayout(foot)

    def start(self) -> None:
        """Let Enter go on."""
        self.go.setFocus()


def _column(part: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(look().metrics.two)
    return column
