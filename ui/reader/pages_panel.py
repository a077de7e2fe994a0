"""Small pictures of all pages; only those that are seen are asked for."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QIcon,
    QImage,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QListView, QScroller, QVBoxLayout, QWidget

from boardpack.annotation.geometry import PageBox
from boardpack.messages import _, ngettext
from boardpack.services.pages import PageImage, PageService
from boardpack.services.read_models import DocumentHandle
from ui.background import Background, Lane
from ui.reader.notebook import Notebook
from ui.reader.pictures import to_image
from ui.theme import look

WIDTH: Final = 128
_TALL: Final = 1.42
"""Height of an A4 page for its width."""
_NOWHERE: Final = QModelIndex()


class PagesModel(QAbstractListModel):
    """One row a page: its number, how many notes, and its picture once it is there."""

    def __init__(self, notebook: Notebook, parent: QObject) -> None:
        """Count the notes of `notebook`."""
        super().__init__(parent)
        self._notebook = notebook
        self._boxes: tuple[PageBox, ...] = ()
        self._icons: dict[int, QIcon] = {}
        self._blank: dict[tuple[int, int], QIcon] = {}
        notebook.changed.connect(self._recount)

    def begin(self, boxes: tuple[PageBox, ...]) -> None:
        """Show pages of these boxes, without pictures yet."""
        self.beginResetModel()
        self._boxes = boxes
        self._icons.clear()
        self.endResetModel()

    def has(self, page: int) -> bool:
        """Tell whether the picture of a page is there."""
        return page in self._icons

    def keep(self, page: int, image: QImage | None) -> None:
        """Take the picture of a page; None when it cannot be made."""
        self._icons[page] = _framed(QPixmap.fromImage(image)) if image else self._paper(page)
        index = self.index(page)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """Return how many pages there are."""
        return 0 if parent.isValid() else len(self._boxes)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:  # noqa: ANN401 Qt's signature
        """Return the page's number with its notes, its picture, or what is spoken of it."""
        page = index.row()
        if not index.isValid() or page >= len(self._boxes):
            return None
        notes = len(self._notebook.on_page(page))
        count = ngettext("{count} note", "{count} notes", notes).format(count=notes)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{page + 1} · {count}" if notes else str(page + 1)
            case Qt.ItemDataRole.AccessibleTextRole:
                name = _("Page {page}").format(page=page + 1)
                return f"{name}, {count}" if notes else name
            case Qt.ItemDataRole.DecorationRole:
                return self._icons.get(page) or self._paper(page)
            case _:
                return None

    def _paper(self, page: int) -> QIcon:
        """Return a blank page of the right shape, so that nothing moves when pictures come."""
        box = self._boxes[page]
        width, height = (
            WIDTH,
            min(round(WIDTH * _TALL), max(1, round(WIDTH * box.height / box.width))),
        )
        if (width, height) not in self._blank:
            picture = QPixmap(width, height)
            picture.fill(QColor(look().colour("paper")))
            self._blank[width, height] = _framed(picture)
        return self._blank[width, height]

    def _recount(self, pages: frozenset[int]) -> None:
        for page in pages:
            if page < len(self._boxes):
                self.dataChanged.emit(self.index(page), self.index(page))


def _framed(picture: QPixmap) -> QIcon:
    """Return `picture` with a thin edge: white pages stand on white."""
    painter = QPainter(picture)
    painter.setPen(QPen(look().colour("border"), 1))
    painter.drawRect(picture.rect().adjusted(0, 0, -1, -1))
    painter.end()
    return QIcon(picture)


class PagesPanel(QWidget):
    """The grid of pages."""

    page_asked = Signal(int)

    def __init__(
        self,
        pages: PageService,
        background: Background,
        notebook: Notebook,
        parent: QWidget | None = None,
    ) -> None:
        """Ask `pages` on the render lane, one picture at a time."""
        super().__init__(parent)
        self._pages = pages
        self._background = background
        self._handle: DocumentHandle | None = None
        self._busy = False
        self.model = PagesModel(notebook, self)
        self.list = QListView()
        self.list.setAccessibleName(_("Pages"))
        self.list.setModel(self.model)
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(WIDTH, round(WIDTH * _TALL)))
        self.list.setStyleSheet("QListView::item { border: none; padding: 4px; }")
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        QScroller.grabGesture(self.list.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self.list.clicked.connect(lambda index: self.page_asked.emit(index.row()))
        self.list.activated.connect(lambda index: self.page_asked.emit(index.row()))
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self._next)
        self.list.verticalScrollBar().valueChanged.connect(lambda _value: self._soon.start())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.list)
        self.setFocusProxy(self.list)

    def begin(self, handle: DocumentHandle | None, boxes: tuple[PageBox, ...]) -> None:
        """Show the pages of another document."""
        self._handle = handle
        self.model.begin(boxes)
        self._soon.start()

    def show_current(self, page: int) -> None:
        """Mark the page that is read."""
        index = self.model.index(page)
        if index.isValid():
            self.list.setCurrentIndex(index)
            if self.isVisible():
                self.list.scrollTo(index)

    def _next(self) -> None:
        handle = self._handle
        if self._busy or handle is None or not self.isVisible():
            return
        page = next((each for each in self._seen() if not self.model.has(each)), None)
        if page is None:
            return
        ratio = self.devicePixelRatioF()
        self._busy = True
        self._background.run(
            lambda: self._render(handle, page, round(WIDTH * ratio)),
            success=lambda image: self._keep(handle, page, image),
            failure=lambda _error: self._keep(handle, page, None),
            lane=Lane.RENDER,
            owner=self,
        )

    def _render(self, handle: DocumentHandle, page: int, width: int) -> QImage:
        picture: PageImage = self._pages.thumbnail(handle, page, width)
        return to_image(picture)

    def _keep(self, handle: DocumentHandle, page: int, image: QImage | None) -> None:
        self._busy = False
        if handle is self._handle and page < self.model.rowCount():
            self.model.keep(page, image)
        self._next()

    def _seen(self) -> range:
        """Return the pages in sight: found by halving, for all rows stand in order."""
        count = self.model.rowCount()
        bottom = self.list.viewport().height()

        def edge(page: int) -> QRect:
            return self.list.visualRect(self.model.index(page))

        first = bisect_left(range(count), 1, key=lambda page: int(edge(page).bottom() >= 0))
        last = bisect_left(range(count), 1, key=lambda page: int(edge(page).top() >= bottom))
        return range(first, last)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to ask once it is seen."""
        super().showEvent(event)
        self._soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the columns; more may be seen."""
        super().resizeEvent(event)
        self._spread()
        self._soon.start()

    def _spread(self) -> None:
        metrics = look().metrics
        room = self.width() - metrics.two - metrics.one
        columns = max(1, room // (WIDTH + metrics.two))
        height = round(WIDTH * _TALL) + round(2.5 * metrics.body)
        self.list.setGridSize(QSize(room // columns, height))
