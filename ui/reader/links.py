"""Links of a page: inside the document at once, to the outside only after a question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from boardpack.annotation.geometry import PageBox
from boardpack.messages import _
from boardpack.services.pages import Link, PageService
from boardpack.services.read_models import DocumentHandle
from ui.background import Background, Lane
from ui.reader.layout import Spot
from ui.widgets.confirm import confirm

SAFE: Final = ("http", "https", "mailto")


class Links(QObject):
    """The links of the pages of one document; a page is asked for them when it is touched.

    Not before: reading the links of a hostile page may hang the worker (`reader.md` §4).
    """

    page_asked = Signal(int)

    def __init__(self, pages: PageService, background: Background, screen: QWidget) -> None:
        """Ask `pages` on the render lane; questions appear over `screen`."""
        super().__init__(screen)
        self._pages = pages
        self._background = background
        self._screen = screen
        self._handle: DocumentHandle | None = None
        self._known: dict[int, tuple[Link, ...]] = {}
        self.open_outside: Callable[[QUrl], object] = QDesktopServices.openUrl

    def begin(self, handle: DocumentHandle | None) -> None:
        """Forget everything; from now on follow links of this document."""
        self._handle = handle
        self._known.clear()

    def ask(self, page: int, then: Callable[[tuple[Link, ...]], None]) -> None:
        """Call `then` with the links of a page, now or later; a page that fails has none."""
        handle = self._handle
        if handle is None:
            return
        if page in self._known:
            then(self._known[page])
            return

        def keep(links: tuple[Link, ...]) -> None:
            if handle is self._handle:
                self._known[page] = links
                then(links)

        self._background.run(
            lambda: tuple(self._pages.links(handle, page)),
            success=keep,
            failure=lambda _error: keep(()),
            lane=Lane.RENDER,
            owner=self,
        )

    def touch(self, spot: Spot, box: PageBox) -> None:
        """Follow the link at a spot of a page, if there is one."""
        place = box.to_user.point(spot.x, spot.y)

        def look_there(links: tuple[Link, ...]) -> None:
            for link in links:
                around = link.quad.bounds
                inside = around.x0 <= place.x <= around.x1 and around.y0 <= place.y <= around.y1
                if inside:
                    self.follow(link)
                    return

        self.ask(spot.page, look_there)

    def follow(self, link: Link) -> None:
        """Jump within the document, or ask before anything opens outside."""
        if not link.uri:
            if link.page >= 0:
                self.page_asked.emit(link.page)
            return
        url = QUrl(link.uri, QUrl.ParsingMode.StrictMode)
        if not url.isValid() or url.scheme().lower() not in SAFE:
            return
        mail = url.scheme().lower() == "mailto"
        confirm(
            self._screen,
            _("Write this message?") if mail else _("Open this page?"),
            _("The document leads out of boardpack, to: {address}").format(
                address=url.toDisplayString()
            ),
            _("Write") if mail else _("Open"),
            lambda: self.open_outside(url),
        )
