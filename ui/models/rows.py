"""Rows of lists: plain values, and the one adapter that shows them to Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

_NOWHERE: Final = QModelIndex()


@dataclass(frozen=True)
class Chip:
    """A state word; `tone`: neutral, accent, danger, warning, success."""

    text: str
    tone: str = "neutral"


@dataclass(frozen=True)
class Badge:
    """An assembly's mark: its short name, and its colour (index 0–7) beside it."""

    short_name: str
    colour: int


@dataclass(frozen=True)
class Row:
    """One row of a list, ready to be painted and spoken.

    Attributes:
        key: what choosing the row means (a route, an identifier); None: it cannot be chosen.
        detail: second line, in the secondary colour; after the badge.
        lead: a few characters in a column of their own: « 7 », « 24 »; `lead_under` below it.
        icon: of the set `mdi6`, instead of `lead`; `icon_colour` a colour of the theme.
        trail: icon at the end; `trail_colour`; what it means stands in `spoken`.
        strong: the title in bold (not read yet).
        muted: the title in the secondary colour (not here yet).
        indent: depth, 0 or 1.
        quote: a passage of a document; text between U+2068 and U+2069 is marked.
        spoken: what assistive tools add to the visible texts.
    """

    key: object
    title: str
    detail: str = ""
    badge: Badge | None = None
    lead: str = ""
    lead_under: str = ""
    icon: str = ""
    icon_colour: str = "text_secondary"
    chips: tuple[Chip, ...] = ()
    trail: str = ""
    trail_colour: str = "text_secondary"
    strong: bool = False
    muted: bool = False
    indent: int = 0
    quote: str = ""
    spoken: str = ""

    @property
    def whole_text(self) -> str:
        """Everything that the row says, in one sentence for assistive tools."""
        lead = f"{self.lead} {self.lead_under}".strip()
        badge = self.badge.short_name if self.badge else ""
        quote = self.quote.replace("\u2068", "").replace("\u2069", "")
        chips = (chip.text for chip in self.chips)
        parts = (lead, self.title, badge, self.detail, quote, *chips, self.spoken)
        return ", ".join(part for part in parts if part)


class RowRole(IntEnum):
    """What a delegate asks for beside the usual roles."""

    ROW = Qt.ItemDataRole.UserRole + 1


class RowModel(QAbstractListModel):
    """Shows a tuple of rows; sets only what changed, so that nothing jumps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown now."""
        return self._rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`; when they stand for the same things, only those that differ are redrawn."""
        fresh = tuple(rows)
        if fresh == self._rows:
            return
        if [row.key for row in fresh] != [row.key for row in self._rows]:
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        before, self._rows = self._rows, fresh
        for number, (old, new) in enumerate(zip(before, fresh, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(number), self.index(number))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """Return how many rows there are; rows have no rows of their own."""
        return 0 if parent.isValid() else len(self._rows)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401 Qt's signature
        """Return the title, the whole row, or what is spoken of it."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.whole_text
            case RowRole.ROW:
                return row
            case _:
                return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Let only rows that stand for something be chosen."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self._rows[index.row()].key is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
