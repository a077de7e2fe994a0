"""What assistive tools are told of the pages: a document, named by its page.

Its words are in the text mode: a Python text interface on the pages crashes (`reader.md` §2f).
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_MARK = "boardpack_document"


class _Document(QAccessibleWidget):
    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Document)


def _make(_key: str, thing: QObject) -> QAccessibleInterface | None:
    if isinstance(thing, QWidget) and thing.property(_MARK):
        return _Document(thing)
    return None


@cache
def _install() -> None:
    QAccessible.installFactory(_make)


def speak_as_document(widget: QWidget) -> None:
    """Give `widget` the role of a document from now on."""
    _install()
    widget.setProperty(_MARK, True)  # noqa: FBT003 Qt's signature
