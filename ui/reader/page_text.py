"""The words of one page as they are shown: which word is under the hand, which lie between two."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from boardpack.annotation.anchor import line_quads
from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Box, Quad, WordRange
from boardpack.annotation.text import Word

_REACH: Final = 6.0
"""How far beside a word, in points, a finger still means it."""
_LINE_WEIGHT: Final = 16.0
"""Being on another line counts four times the distance along a line."""


class PageText:
    """The words of one page, in reading order, with their boxes as shown (view space, points)."""

    def __init__(self, words: Sequence[Word], box: PageBox, fingerprint: str = "") -> None:
        """Keep `words` (PDF user space) of the page whose boxes are `box`.

        `fingerprint` recognises a page without words; with words they do.
        """
        self.words = words
        self.fingerprint = fingerprint
        self._box = box

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Where each word is shown."""
        to_view = self._box.to_view
        return tuple(to_view.box(word.box) for word in self.words)

    def word_at(self, x: float, y: float) -> int | None:
        """Return the word at or close to a point of the shown page; None over white or a scan."""
        index = self.nearest(x, y)
        if index is None:
            return None
        box = self.boxes[index]
        across = max(box.x0 - x, x - box.x1)
        along = max(box.y0 - y, y - box.y1)
        return index if across <= _REACH and along <= _REACH else None

    def nearest(self, x: float, y: float) -> int | None:
        """Return the nearest word, one on the same line first; None for a page without words."""
        if not self.boxes:
            return None
        return min(range(len(self.boxes)), key=lambda index: _distance(self.boxes[index], x, y))

    def between(self, start: tuple[float, float], end: tuple[float, float]) -> WordRange | None:
        """Return the words from one point of the shown page to another, in reading order."""
        first, last = self.nearest(*start), self.nearest(*end)
        if first is None or last is None:
            return None
        return WordRange(min(first, last), max(first, last) + 1)

    def text(self, where: WordRange) -> str:
        """Return the words as they are written, lines apart."""
        lines: list[str] = []
        for index in range(where.start, where.end):
            word = self.words[index]
            if lines and word.is_on_line_of(self.words[index - 1]):
                lines[-1] += f" {word.text}"
            else:
                lines.append(word.text)
        return "\n".join(lines)

    def quads(self, where: WordRange) -> tuple[Quad, ...]:
        """Return one quad a line, in PDF user space."""
        return line_quads(self.words[where.start : where.end])


def _distance(box: Box, x: float, y: float) -> float:
    across = max(box.x0 - x, 0.0, x - box.x1)
    along = max(box.y0 - y, 0.0, y - box.y1)
    return across * across + _LINE_WEIGHT * along * along
