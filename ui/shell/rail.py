"""The rail: where one can go; at the side in landscape, at the bottom in portrait."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QToolButton, QWidget

from boardpack.messages import _
from ui.icons import set_icon
from ui.navigation import (
    HomeRoute,
    NotesRoute,
    Route,
    SearchRoute,
    SecretariatRoute,
    SettingsRoute,
    ToSignRoute,
)
from ui.theme import look


@dataclass(frozen=True)
class Entry:
    """One entry of the rail."""

    route: Route
    name: str
    icon: str


def entries(*, signs: bool, prepares: bool) -> tuple[Entry, ...]:
    """Return the entries of a person, at most six."""
    found = [
        Entry(HomeRoute(), _("Home"), "home-outline"),
        Entry(NotesRoute(), _("My notes"), "note-edit-outline"),
        Entry(SearchRoute(), _("Search"), "magnify"),
    ]
    if signs:
        found.append(Entry(ToSignRoute(), _("To sign"), "signature-freehand"))
    if prepares:
        found.append(Entry(SecretariatRoute(), _("Secretariat"), "folder-edit-outline"))
    found.append(Entry(SettingsRoute(), _("Settings"), "cog-outline"))
    return tuple(found)


class RailButton(QToolButton):
    """An icon over its name."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.setText(entry.name)
        self.setAccessibleName(entry.name)
        self.setProperty("role", "rail")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_icon(self, entry.icon, measure="rail_mark")

    def nextCheckState(self) -> None:
        """Stay as it is: the rail decides which entry is checked."""

    def sizeHint(self) -> QSize:
        """Leave room for the bold text of the checked entry."""
        hint = super().sizeHint()
        return QSize(hint.width() + look().metrics.one, hint.height())


class Rail(QFrame):
    """The entries, at the side or at the bottom. `chosen` gives a route."""

    chosen = Signal(object)

    def __init__(
        self, shown: tuple[Entry, ...], *, portrait: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Main menu"))
        self.setProperty("role", "bottombar" if portrait else "rail")
        self._portrait = portrait
        self._columns = 0
        self._buttons = [RailButton(entry, self) for entry in shown]
        self._grid = QGridLayout(self)
        half = look().metrics.half
        self._grid.setContentsMargins(half, half, half, half)
        self._grid.setSpacing(half)
        self._arrange(len(self._buttons) if portrait else 1)
        if not portrait:
            self._grid.setRowStretch(len(self._buttons) - 1, 1)
        for button in self._buttons:
            button.clicked.connect(self._choose)

    def mark(self, route: Route) -> None:
        """Check the entry of the place that is shown."""
        for button in self._buttons:
            button.setChecked(type(button.entry.route) is type(route))

    def first(self) -> QWidget:
        """Return what takes the focus when F6 comes here."""
        checked = [button for button in self._buttons if button.isChecked()]
        return (checked or self._buttons)[0]

    def minimumSizeHint(self) -> QSize:
        """Let the bar break into further lines instead of widening the window."""
        hint = super().minimumSizeHint()
        if not self._portrait:
            return hint
        return QSize(max(button.sizeHint().width() for button in self._buttons), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use as few lines as hold every name whole."""
        super().resizeEvent(event)
        if not self._portrait:
            return
        widest = max(button.sizeHint().width() for button in self._buttons)
        room = (self.width() - self._grid.spacing()) // (widest + self._grid.spacing())
        lines = ceil(len(self._buttons) / max(1, room))
        self._arrange(ceil(len(self._buttons) / lines))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        last = len(self._buttons) - 1
        for place, button in enumerate(self._buttons):
            line, column = divmod(place, columns)
            bottom = Qt.AlignmentFlag.AlignBottom
            at_end = not self._portrait and place == last
            self._grid.addWidget(button, line, column, bottom if at_end else Qt.AlignmentFlag(0))

    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, RailButton):
            self.chosen.emit(button.entry.route)
