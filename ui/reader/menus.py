"""The menus of the reader: zoom, and everything that is not used at each page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from boardpack.messages import _
from boardpack.services.read_models import VersionRow
from ui import formats
from ui.icons import icon


@dataclass(frozen=True)
class Entry:
    """One line of a menu; None for `checked` means that it is no switch."""

    text: str
    action: Callable[[], Any]
    icon: str = ""
    keys: str = ""
    checked: bool | None = None
    enabled: bool = True
    below: tuple[Entry, ...] = ()


SEPARATOR = Entry("", lambda: None)


def pop_up(button: QToolButton, entries: tuple[Entry, ...]) -> QMenu:
    """Open a menu under `button`; returns at once."""
    menu = QMenu(button)
    menu.aboutToHide.connect(menu.deleteLater)
    _fill(menu, entries)
    below = button.rect().bottomRight()
    below.setX(below.x() - menu.sizeHint().width())
    menu.popup(button.mapToGlobal(below))
    return menu


def _fill(menu: QMenu, entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        if entry is SEPARATOR:
            menu.addSeparator()
        elif entry.below:
            _fill(menu.addMenu(entry.text), entry.below)
        else:
            menu.addAction(_action(entry, menu))


def _action(entry: Entry, parent: QWidget) -> QAction:
    made = QAction(entry.text, parent)
    if entry.icon:
        made.setIcon(icon(entry.icon))
    if entry.keys:
        # Shown only: the reader's own shortcuts do the work, menu or not.
        shown = QKeySequence(entry.keys).toString(QKeySequence.SequenceFormat.NativeText)
        made.setText(f"{entry.text}\t{shown}")
    if entry.checked is not None:
        made.setCheckable(True)
        made.setChecked(entry.checked)
    made.setEnabled(entry.enabled)
    made.triggered.connect(lambda _checked=False: entry.action())
    return made


def version_entries(
    versions: tuple[VersionRow, ...], shown: str, choose: Callable[[str], Any]
) -> tuple[Entry, ...]:
    """Return one entry a version, newest first; `choose` gets the digest, "" for the newest."""
    entries = []
    for number, each in enumerate(versions):
        day = formats.day_and_hour(each.created_at.astimezone())
        text = _("Version {number}, {day}").format(number=each.number, day=day)
        digest = each.sha256 if number else ""
        entries.append(
            Entry(
                text,
                partial(choose, digest),
                checked=each.sha256 == shown,
                enabled=each.available,
            )
        )
    return tuple(entries)
