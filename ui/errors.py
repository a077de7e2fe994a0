"""Failures, told calmly: what happened, what is safe, what to do, and a code for support."""

from __future__ import annotations

import logging
import traceback

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from boardpack.domain.errors import BoardpackError, BugError
from boardpack.messages import ErrorText, _, describe
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label, picture
from ui.widgets.sheet import Sheet

log = logging.getLogger("boardpack.ui")


def note_bug(error: Exception) -> None:
    """Write a defect of ours to the log: its kind and its place, never its words."""
    if isinstance(error, BoardpackError) and not isinstance(error, BugError):
        return
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s\n%s", type(error).__name__, place)


class ErrorPanel(QFrame):
    """A banner in the screen that it concerns; it stays until it is dismissed or replaced."""

    retry = Signal()

    def __init__(self, parent: QWidget | None = None, *, can_retry: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.setProperty("tone", "danger")
        self._code = ""
        self._title = label("", "heading")
        self._safe = label("")
        self._do = label("")
        self._support = label("", "small")
        self._copy = button(_("Copy the code"), self._copy_code, kind="link", icon="content-copy")
        self._again = button(_("Try again"), self.retry.emit)
        self._lay_out()
        # Only once it has a parent: a widget shown without one is a window of its own.
        self._again.setVisible(can_retry)
        self.setVisible(False)

    def show_error(self, error: Exception) -> None:
        """Show what `error` means to the person."""
        note_bug(error)
        self.show_text(describe(error))

    def show_text(self, text: ErrorText) -> None:
        """Show a text that is already chosen."""
        self._code = text.code
        self._title.setText(text.title)
        self._safe.setText(text.safe)
        self._do.setText(text.do)
        self._support.setText(_("Code for support: {code}").format(code=text.code))
        self.setAccessibleName(f"{text.title} {text.safe} {text.do}")
        self.setVisible(True)

    def clear(self) -> None:
        """Go away: the person has acted, or it is over."""
        self.setVisible(False)

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self._code)

    def _lay_out(self) -> None:
        space = look().metrics
        foot = FlowLayout()
        foot.addWidget(self._copy)
        foot.addWidget(self._again)
        texts = QVBoxLayout()
        texts.setSpacing(space.half)
        for each in (self._title, self._safe, self._do, self._support):
            texts.addWidget(each)
        texts.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(space.two, space.two, space.two, space.one)
        row.setSpacing(space.two)
        row.addWidget(picture("alert-circle-outline", "danger"), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)


class ErrorDialog(Sheet):
    """The same panel over the window, for a failure that belongs to no place in the screen."""

    def __init__(self, error: Exception, parent: QWidget | None = None) -> None:
        super().__init__("", parent, width=560)
        self.setWindowTitle(describe(error).title)
        panel = ErrorPanel(self)
        panel.show_error(error)
        self.body.addWidget(panel)
        close = button(_("Close"), self.accept, kind="primary")
        close.setDefault(True)
        self.foot.addWidget(close)


class DamageDialog(ErrorDialog):
    """The store is damaged: repairing needs the secret once more, so the session is closed."""

    repair = Signal()

    def __init__(self, error: Exception, parent: QWidget | None = None) -> None:
        super().__init__(error, parent)
        self.foot.addWidget(button(_("Repair…"), self._agreed))

    def _agreed(self) -> None:
        self.accept()
        self.repair.emit()


def show_error(parent: QWidget, error: Exception) -> None:
    """Open a dialog about `error` over the window of `parent`; returns at once."""
    ErrorDialog(error, parent).open()
