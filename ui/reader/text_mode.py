"""The words of a page as flowing text: for screen readers, for large type, for narrow screens.

A `QTextBrowser` gives its text to assistive tools; the painted pages cannot (`reader.md` §2f).
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextBrowser, QWidget

from boardpack.annotation import palette
from boardpack.annotation.note import Note, NoteKind, WordRange
from boardpack.messages import _
from boardpack.services.pages import Link
from ui.reader.notes_panel import is_on_words
from ui.reader.page_text import PageText
from ui.theme import look

_LARGER: Final = 1.2
"""Words so much higher than most make a heading, if they are few."""
_FEW: Final = 16
_COMFORT: Final = 1.2
"""Long texts are set larger than the interface."""
_LEAST: Final = 0.8
_MOST: Final = 4.0
_MEASURE: Final = 72
"""Letters in a line: longer ones lose the eye."""
_MOMENT: Final = 0.008
"""Seconds of writing before the window may do something else."""
_APART: Final = "\u2003\u2003"


def utf16_length(text: str) -> int:
    """Return how many places `text` takes in a `QTextDocument`."""
    return len(text.encode("utf-16-le")) // 2


def _middle(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


class TextMode(QTextBrowser):
    """Shows one page at a time, with the same highlights."""

    link_asked = Signal(object)
    page_asked = Signal(int)
    selected = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.setAccessibleName(_("Text of the page"))
        self.setOpenLinks(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._scale = 1.0
        self._writing: Iterator[None] = iter(())
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._write)
        self._dress()
        look().changed.connect(self._dress)
        self._page = 0
        self._text: PageText | None = None
        self._links: tuple[Link, ...] = ()
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.anchorClicked.connect(self._follow)

    def show_page(
        self, heading: str, page: int, pages: int, text: PageText, notes: tuple[Note, ...]
    ) -> None:
        """Show the words of a page under `heading`, marked as `notes` say."""
        self._page, self._text, self._links = page, text, ()
        self._starts, self._ends = [], []
        self.clear()
        space = look().metrics
        self.document().setDocumentMargin(space.three)
        self._writing = self._written(heading, page, pages, text, notes)
        self._write()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write(self) -> None:
        """Write for a moment; a plan may have thousands of words. The rest comes in turns."""
        end = time.perf_counter() + _MOMENT
        for _paragraph in self._writing:
            if time.perf_counter() > end:
                self._more.start()
                return

    def _written(
        self, heading: str, page: int, pages: int, text: PageText, notes: tuple[Note, ...]
    ) -> Iterator[None]:
        cursor = QTextCursor(self.document())
        self._heading(cursor, heading, 1)
        if text.words:
            yield from self._paragraphs(cursor, text)
        else:
            sentence = _("This page is a picture: its text has not been recognised.")
            self._block(cursor)
            cursor.insertText(sentence, self._format())
        for note in notes:
            self._mark(note)
        self._turn(cursor, page, pages)
        links, self._links = self._links, ()
        self.show_links(page, links)

    def show_links(self, page: int, links: tuple[Link, ...]) -> None:
        """Add the links of the page that is shown."""
        if page != self._page or not links or self._links:
            return
        self._links = links
        if self._more.isActive():
            return
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._heading(cursor, _("Links of this page"), 2)
        for number, link in enumerate(links):
            name = link.uri or _("Page {page}").format(page=link.page + 1)
            self._block(cursor)
            self._anchor(cursor, name, f"link:{number}")

    def rescale(self, factor: float) -> None:
        """Make the letters larger or smaller; show the page again to see it."""
        self._scale = min(_MOST, max(_LEAST, self._scale * factor))

    def selection(self) -> tuple[PageText, WordRange] | None:
        """Return the words that are selected, None when there are none."""
        cursor = self.textCursor()
        if self._text is None or not cursor.hasSelection():
            return None
        first = bisect_right(self._ends, cursor.selectionStart())
        last = bisect_left(self._starts, cursor.selectionEnd())
        return (self._text, WordRange(first, last)) if first < last else None

    def _paragraphs(self, cursor: QTextCursor, text: PageText) -> Iterator[None]:
        usual = _middle(box.height for box in text.boxes)
        index = 0
        for _block, group in groupby(text.words, key=lambda word: word.block):
            words = [word.text for word in group]
            height = _middle(text.boxes[each].height for each in range(index, index + len(words)))
            is_heading = height > _LARGER * usual and len(words) <= _FEW
            self._block(cursor, 2 if is_heading else 0)
            at = cursor.position()
            # One insertion a paragraph: one a word takes ten times as long.
            cursor.insertText(" ".join(words), self._format(strong=is_heading))
            for word in words:
                self._starts.append(at)
                self._ends.append(at + utf16_length(word))
                at = self._ends[-1] + 1
            index += len(words)
            yield

    def _mark(self, note: Note) -> None:
        where = note.anchor.word_range
        if where is None or note.kind is NoteKind.INK or not is_on_words(note):
            return
        if not 0 <= where.start < where.end <= len(self._starts):
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._starts[where.start])
        cursor.setPosition(self._ends[where.end - 1], QTextCursor.MoveMode.KeepAnchor)
        form = QTextCharFormat()
        form.setBackground(QColor(palette.colour(note.colour).rgb))
        form.setForeground(QColor("#000000"))
        if note.text:
            form.setToolTip(note.text)
        cursor.mergeCharFormat(form)

    def _turn(self, cursor: QTextCursor, page: int, pages: int) -> None:
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._block(cursor)
        if page > 0:
            self._anchor(cursor, _("Previous page"), f"page:{page - 1}")
            cursor.insertText(_APART, self._format())
        if page + 1 < pages:
            self._anchor(cursor, _("Next page"), f"page:{page + 1}")

    def _anchor(self, cursor: QTextCursor, text: str, target: str) -> None:
        form = self._format()
        form.setAnchor(True)
        form.setAnchorHref(target)
        form.setForeground(look().colour("accent"))
        form.setFontUnderline(True)
        cursor.insertText(text, form)

    def _heading(self, cursor: QTextCursor, text: str, level: int) -> None:
        self._block(cursor, level)
        cursor.insertText(text, self._format("title" if level == 1 else "body", strong=True))

    def _format(self, size: str = "body", *, strong: bool = False) -> QTextCharFormat:
        font = look().font(size, strong=strong)
        font.setPixelSize(round(font.pixelSize() * _COMFORT * self._scale))
        form = QTextCharFormat()
        form.setFont(font)
        return form

    def _dress(self) -> None:
        ground = look().colour("surface").name()
        self.setStyleSheet(
            f"TextMode {{ border: none; border-radius: 0; margin: 0; background: {ground}; }}"
        )

    def _block(self, cursor: QTextCursor, level: int = 0) -> None:
        form = QTextBlockFormat()
        form.setHeadingLevel(level)
        form.setBottomMargin(look().metrics.two)
        form.setLineHeight(140, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if cursor.position() == 0:
            cursor.setBlockFormat(form)
        else:
            cursor.insertBlock(form)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines short, in the middle."""
        super().resizeEvent(event)
        letter = QFontMetrics(self._format().font()).averageCharWidth()
        side = max(0, (self.width() - _MEASURE * letter) // 2)
        self.setViewportMargins(side, 0, side, 0)

    def _follow(self, url: QUrl) -> None:
        number = int(url.path())
        if url.scheme() == "page":
            self.page_asked.emit(number)
        elif number < len(self._links):
            self.link_asked.emit(self._links[number])
