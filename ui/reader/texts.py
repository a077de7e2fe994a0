"""Words of pages, asked for when a hand or an eye needs them, kept for the pages around."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal

from boardpack.annotation.geometry import PageBox
from boardpack.services.pages import PageService
from boardpack.services.read_models import DocumentHandle
from ui.background import Background, Lane
from ui.reader.page_text import PageText

_KEPT: Final = 64


class Texts(QObject):
    """The words of the pages of one document after the other."""

    arrived = Signal(int)

    def __init__(self, pages: PageService, background: Background, parent: QObject) -> None:
        """Ask `pages` on the render lane of `background`."""
        super().__init__(parent)
        self._pages = pages
        self._background = background
        self._handle: DocumentHandle | None = None
        self._boxes: tuple[PageBox, ...] = ()
        self._texts: OrderedDict[int, PageText] = OrderedDict()
        self._waiting: dict[int, list[Callable[[PageText], None]]] = {}

    def begin(self, handle: DocumentHandle | None, boxes: tuple[PageBox, ...]) -> None:
        """Forget everything; from now on read this document."""
        self._handle = handle
        self._boxes = boxes
        self._texts.clear()
        self._waiting.clear()

    def get(self, page: int) -> PageText | None:
        """Return the words of a page if they are there; else they are asked for."""
        text = self._texts.get(page)
        if text is None:
            self.ask(page)
        else:
            self._texts.move_to_end(page)
        return text

    def ask(self, page: int, then: Callable[[PageText], None] | None = None) -> None:
        """Call `then` with the words of a page, now or later. A page that fails has no words."""
        known = self._texts.get(page)
        if known is not None:
            if then is not None:
                then(known)
            return
        handle, boxes = self._handle, self._boxes
        if handle is None or page >= len(boxes):
            return
        waiting = self._waiting.get(page)
        if waiting is not None:
            waiting += [then] if then else []
            return
        self._waiting[page] = [then] if then else []
        self._background.run(
            lambda: self._read(handle, page, boxes[page]),
            success=lambda text: self._keep(boxes, text, page),
            failure=lambda _error: self._keep(boxes, PageText((), boxes[page]), page),
            lane=Lane.RENDER,
            owner=self,
        )

    def _read(self, handle: DocumentHandle, page: int, box: PageBox) -> PageText:
        words = self._pages.words(handle, page)
        # Only a picture without words needs to be recognised by its looks.
        fingerprint = "" if words else self._pages.fingerprint(handle, page)
        return PageText(words, box, fingerprint)

    def _keep(self, boxes: tuple[PageBox, ...], text: PageText, page: int) -> None:
        if boxes is not self._boxes:
            return
        self._texts[page] = text
        while len(self._texts) > _KEPT:
            self._texts.popitem(last=False)
        self.arrived.emit(page)
        for then in self._waiting.pop(page, ()):
            then(text)
