"""The agenda of the sitting beside what is read: another document is one touch away."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.read_models import DocumentRow, ItemRow, SittingView
from ui import formats
from ui.models.rows import Chip, Row
from ui.reader.panel_list import PanelList
from ui.theme import look
from ui.widgets.labels import label


class AgendaPanel(QWidget):
    """Items with their documents, in the order of the agenda."""

    document_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._view: SittingView | None = None
        self._current = ""
        self._title = label("", "small")
        self.list = PanelList(_("Agenda"))
        space = look().metrics
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, space.one, 0, 0)
        outer.setSpacing(space.one)
        head = QVBoxLayout()
        head.setContentsMargins(space.two, 0, space.two, 0)
        head.addWidget(self._title)
        outer.addLayout(head)
        outer.addWidget(self.list, 1)
        self.setFocusProxy(self.list)
        self.list.chosen.connect(lambda key: self.document_asked.emit(str(key)))

    def show_sitting(self, view: SittingView) -> None:
        """Show this sitting."""
        self._view = view
        self._title.setText(f"{view.row.title} · {formats.day(view.row.starts_at)}")
        self._show()

    def show_current(self, document_id: str) -> None:
        """Mark the document that is read."""
        self._current = document_id
        self._show()

    def _show(self) -> None:
        view = self._view
        if view is None:
            return
        rows: list[Row] = []
        if view.convocation is not None:
            rows.append(self._document(view.convocation, indent=0))
        for item in view.items:
            rows += self._item(item)
        rows += [self._document(each, indent=0) for each in view.others]
        self.list.set_rows(rows)
        self.list.select_key(self._current)

    def _item(self, item: ItemRow) -> list[Row]:
        lead = str(item.number)
        if len(item.documents) == 1:
            row = self._document(item.documents[0], indent=0)
            return [
                Row(
                    key=row.key,
                    title=item.title,
                    detail=row.detail,
                    lead=lead,
                    chips=row.chips,
                    strong=row.strong,
                )
            ]
        head = Row(key=None, title=item.title, lead=lead)
        return [head, *(self._document(each, indent=1) for each in item.documents)]

    def _document(self, document: DocumentRow, indent: int) -> Row:
        chips = (Chip(_("Changed"), "warning"),) if document.modified else ()
        detail = formats.pages(document.pages) if document.pages else formats.size(document.size)
        if not document.available:
            detail = _("Not received yet")
        return Row(
            key=document.document_id if document.available else None,
            muted=not document.available,
            title=document.title,
            detail=detail,
            chips=chips,
            strong=not document.read,
            indent=indent,
            spoken="" if document.read else _("not read yet"),
        )
