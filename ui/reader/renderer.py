"""Asks for pictures of pages, one at a time, the most wanted first; keeps what arrives.

The view says at every move what it wants, in order (`aim`). Only one request is ever under way, so
nothing stale waits in the lane: what is no longer wanted is never asked for. Each request carries
the generation it was made in; an answer of an older document is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QRect, QTimer, Signal

from boardpack.domain.errors import SurroundingsError
from boardpack.services.pages import PageService
from boardpack.services.read_models import DocumentHandle
from ui.background import Background, Lane
from ui.reader.bitmaps import Bitmap, BitmapCache
from ui.reader.pictures import to_image

PATIENCE_MS: Final = 1500
SLOW: Final = 0.05
"""Seconds that a page may take before a coarse picture of it is asked for first."""


@dataclass(frozen=True)
class Want:
    """One picture wanted.

    Attributes:
        scale: device pixels a point.
        area: device pixels of the page's whole picture at `scale`.
        whole: whether `area` is all of it.
        preview: any picture of the whole page will do.
    """

    page: int
    scale: float
    area: QRect
    whole: bool
    preview: bool = False


@dataclass(frozen=True)
class _Answer:
    want: Want
    bitmap: Bitmap
    generation: int
    seconds: float


class PageRenderer(QObject):
    """Pictures of the pages of one document after the other."""

    arrived = Signal(int)
    """A better picture of this page is there."""
    failed = Signal(int)
    """This page cannot be shown."""
    delayed = Signal(int)
    """This page takes longer than one waits without a word."""

    def __init__(self, pages: PageService, background: Background, parent: QObject) -> None:
        """Ask `pages` on the render lane of `background`."""
        super().__init__(parent)
        self.cache = BitmapCache()
        self.dark = False
        self._pages = pages
        self.background = background
        self._handle: DocumentHandle | None = None
        self._generation = 0
        self._busy = False
        self._asked = self._late = -1
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._say_late)
        self._wants: tuple[Want, ...] = ()
        self._failures: dict[int, Exception] = {}
        self._tried: set[int] = set()
        self._slowness: dict[int, float] = {}

    def begin(self, handle: DocumentHandle | None, *, dark: bool) -> None:
        """Forget everything; from now on render this document, or (None) nothing."""
        self._generation += 1
        self._handle = handle
        self.dark = dark
        self._wants = ()
        self._failures.clear()
        self._tried.clear()
        self._slowness.clear()
        self.cache.clear()

    def repaint(self, *, dark: bool) -> None:
        """Render light or dark pages from now on; old pictures stay until new ones arrive."""
        self._generation += 1
        self.dark = dark

    def rest(self) -> None:
        """Let the pictures go while nobody looks; they are asked for again at the next `aim`."""
        self._wants = ()
        self.cache.clear()

    def aim(self, wants: Sequence[Want]) -> None:
        """Want these pictures now, the first one most; earlier wishes are forgotten."""
        self._wants = tuple(wants)
        self._pump()

    def failure(self, page: int) -> Exception | None:
        """Return why a page cannot be shown, if so."""
        return self._failures.get(page)

    def is_late(self, page: int) -> bool:
        """Tell whether a page is being rendered for so long that one should say so."""
        return page == self._late

    def is_slow(self, page: int, pixels: float) -> bool:
        """Tell whether a picture of that many pixels will probably take noticeably long."""
        rate = self._slowness.get(page, 0.0)
        return rate * pixels > SLOW

    def _pump(self) -> None:
        if self._busy or self._handle is None:
            return
        want = next((each for each in self._wants if self._lacks(each)), None)
        if want is not None:
            # Each wish is granted once: more wishes than the cache can hold must not go round.
            self._wants = tuple(each for each in self._wants if each is not want)
            self._ask(want, self._handle)

    def _lacks(self, want: Want) -> bool:
        if want.page in self._failures:
            return False
        if want.preview:
            return self.cache.preview(want.page) is None
        sharp = self.cache.sharp(want.page)
        return sharp is None or not sharp.covers(want.scale, want.area, dark=self.dark)

    def _ask(self, want: Want, handle: DocumentHandle) -> None:
        pages, dark, generation = self._pages, self.dark, self._generation
        area = None if want.whole else _clip(want.area)

        def render() -> _Answer:
            start = time.perf_counter()
            picture = pages.render(handle, want.page, want.scale, area, dark=dark)
            seconds = time.perf_counter() - start
            bitmap = Bitmap(to_image(picture), want.scale, want.area, want.whole, dark)
            return _Answer(want, bitmap, generation, seconds)

        self._busy, self._asked = True, want.page
        self._patience.start()
        self.background.run(
            render,
            success=self._keep,
            failure=lambda error: self._refuse(want, generation, error),
            lane=Lane.RENDER,
            owner=self,
        )

    def _say_late(self) -> None:
        self._late = self._asked
        self.delayed.emit(self._late)

    def _rest(self) -> None:
        self._busy, self._late = False, -1
        self._patience.stop()

    def _keep(self, answer: _Answer) -> None:
        self._rest()
        if answer.generation == self._generation:
            want, image = answer.want, answer.bitmap.image
            self._slowness[want.page] = answer.seconds / max(1, image.width() * image.height())
            self.cache.put(want.page, answer.bitmap, preview=want.preview)
            self.arrived.emit(want.page)
        self._pump()

    def _refuse(self, want: Want, generation: int, error: Exception) -> None:
        self._rest()
        if generation == self._generation:
            # A worker that died is started anew: its page deserves a second try, not a third.
            again = isinstance(error, SurroundingsError) and want.page not in self._tried
            self._tried.add(want.page)
            if again:
                self._wants = (want, *self._wants)
            else:
                self._failures[want.page] = error
                self.failed.emit(want.page)
        self._pump()


def _clip(area: QRect) -> tuple[int, int, int, int]:
    return (area.x(), area.y(), area.width(), area.height())
