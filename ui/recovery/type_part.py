"""Typing the words of the former device: each is recognised at once, a wrong one is named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.recovery import TypedWord
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import chip, label

WORDS: Final = 12
_PAUSE_MS: Final = 250
_LINES: Final = 4


class WordsEdit(QPlainTextEdit):
    """Takes twelve words, typed or pasted; nothing learns them, Tab goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Your twelve words"))
        self.setPlaceholderText(_("Twelve words, with spaces between them"))
        self.setTabChangesFocus(True)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        look().changed.connect(self._set_height)
        self._set_height()

    def _set_height(self) -> None:
        lines = _LINES * self.fontMetrics().lineSpacing()
        self.setFixedHeight(lines + 2 * look().metrics.two)


class Recognised(QWidget):
    """The words as they were understood; `chosen` carries a place and the word for it."""

    chosen = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look().metrics.one)
        self._shown = QWidget()
        self._column.addWidget(self._shown)

    def show_words(self, words: Sequence[TypedWord]) -> None:
        """Show each word with its number, and what a wrong one may have been."""
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().metrics.one)
        chips = FlowLayout()
        for place, each in enumerate(words, 1):
            tone = "success" if each.word else "danger"
            mark = each.word or _("{word}?").format(word=each.text)
            chips.addWidget(chip(f"{place} {mark}", tone))
        column.addLayout(chips)
        for place, each in enumerate(words, 1):
            if not each.word:
                column.addLayout(self._question(place, each))
        self._column.replaceWidget(self._shown, shown)
        self._shown.deleteLater()
        self._shown = shown

    def _question(self, place: int, each: TypedWord) -> QVBoxLayout:
        question = QVBoxLayout()
        question.setSpacing(look().metrics.half)
        row = FlowLayout()
        text = (
            _("Word {number}, “{word}”, is not one of our list. Is it:")
            if each.near
            else _("Word {number}, “{word}”, is not one of our list.")
        )
        said = text.format(number=place, word=each.text)
        question.addWidget(label(said, "small", tone="danger"))
        for near in each.near:
            row.addWidget(button(near, partial(self.chosen.emit, place, near)))
        question.addLayout(row)
        return question


class TypePart(QWidget):
    """`typed` carries the text at each pause, `given` at the end; `without`, `later` else."""

    typed = Signal(str)
    given = Signal(str)
    without = Signal()
    later = Signal()

    def __init__(self, *, asked: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.error = ErrorPanel()
        self.edit = WordsEdit()
        self.recognised = Recognised()
        self.recognised.chosen.connect(self._replace)
        self.go = button(_("Bring my notes back"), self._submit, kind="primary")
        self.count = label("", "small")
        self._words: Sequence[TypedWord] = ()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.typed.emit(self.text))
        self.edit.textChanged.connect(self._changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().metrics.two)
        column.addWidget(label(_("Bring your private notes back"), "title"))
        column.addWidget(label(_text(asked=asked)))
        for each in (self.error, self.edit, self.count, self.recognised):
            column.addWidget(each)
        column.addLayout(self._foot(asked=asked))
        self.show_words(())

    def _foot(self, *, asked: bool) -> FlowLayout:
        foot = FlowLayout()
        foot.addWidget(self.go)
        if asked:
            foot.addWidget(button(_("I do not have them"), self.without.emit))
        foot.addWidget(button(_("Later"), self.later.emit))
        return foot

    @property
    def text(self) -> str:
        """What was typed so far."""
        return self.edit.toPlainText()

    def start(self) -> None:
        """Let the person type at once."""
        self.edit.setFocus()

    def show_words(self, words: Sequence[TypedWord]) -> None:
        """Show how the words were understood."""
        self._words = words
        self.recognised.show_words(words)
        found = sum(bool(each.word) for each in words)
        self.count.setText(
            _("{found} of {whole} words recognised").format(found=found, whole=WORDS)
        )
        self.go.setEnabled(len(words) == WORDS == found)

    def failed(self, error: Exception) -> None:
        """Say why nothing came back."""
        self.go.setEnabled(True)
        self.error.show_error(error)
        self.start()

    def _changed(self) -> None:
        self.error.clear()
        self._pause.start()

    def _replace(self, place: int, word: str) -> None:
        words = [each.word or each.text for each in self._words]
        words[place - 1] = word
        self.edit.setPlainText(" ".join(words))
        self.start()

    def _submit(self) -> None:
        self.error.clear()
        self.go.setEnabled(False)
        self.given.emit(self.text)


def _text(*, asked: bool) -> str:
    if asked:
        return _(
            "You had another device before. Its private notes are here, but sealed: the twelve "
            "recovery words that you noted then open them."
        )
    return _("Type the twelve recovery words that you noted: what is sealed to them opens.")
