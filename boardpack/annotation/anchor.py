"""Making anchors: what is needed now so that a note can be found again in another version."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final

from boardpack.annotation.note import Anchor, Box, Quad, Quote, WordRange
from boardpack.annotation.text import Word, fold, tokens

CONTEXT: Final = 8
"""Words of context on each side of a quote."""

DHASH_COLUMNS: Final = 17
DHASH_ROWS: Final = 16


def words_fingerprint(words: Sequence[Word]) -> str:
    """Return `words:` and the SHA-1 of the page's folded words; empty for a page without words."""
    folded = " ".join(token for word in words for token in tokens(word.text))
    if not folded:
        return ""
    return "words:" + hashlib.sha1(folded.encode(), usedforsecurity=False).hexdigest()


def picture_fingerprint(gray: bytes) -> str:
    """Return `dhash:` and 256 bits: is each sample darker than its right neighbour?

    Args:
        gray: 16 rows of 17 gray samples, the whole page.

    Raises:
        ValueError: not 272 samples.
    """
    if len(gray) != DHASH_COLUMNS * DHASH_ROWS:
        raise ValueError("a picture fingerprint needs 16 rows of 17 samples")
    bits = 0
    for row in range(DHASH_ROWS):
        line = gray[row * DHASH_COLUMNS : (row + 1) * DHASH_COLUMNS]
        for left, right in pairwise(line):
            bits = bits << 1 | (left < right)
    return f"dhash:{bits:064x}"


def line_quads(words: Sequence[Word]) -> tuple[Quad, ...]:
    """Return one quad for each line that the words stand on."""
    quads: list[Quad] = []
    for _, group in groupby(words, key=lambda word: (word.block, word.line)):
        boxes = [word.box for word in group]
        corners = [(x, y) for box in boxes for x, y in ((box.x0, box.y0), (box.x1, box.y1))]
        quads.append(Quad.from_box(Box.around(corners)))
    return tuple(quads)


def _quote(words: Sequence[Word], where: WordRange) -> Quote:
    return Quote(
        exact=" ".join(word.text for word in words[where.start : where.end]),
        prefix=_context(words[max(0, where.start - CONTEXT) : where.start]),
        suffix=_context(words[where.end : where.end + CONTEXT]),
    )


def _context(words: Sequence[Word]) -> str:
    return " ".join(fold(word.text) for word in words)


def anchor_words(
    page_index: int, words: Sequence[Word], where: WordRange, page_fingerprint: str = ""
) -> Anchor:
    """Anchor a highlight to words `where` of a page.

    Args:
        page_index: counts from 0.
        words: every word of the page.
        where: the marked ones; at least one.
        page_fingerprint: when it is known already; else it is computed from the words.

    Raises:
        ValueError: `where` holds no word of the page.
    """
    if not 0 <= where.start < where.end <= len(words):
        raise ValueError("an anchor needs words of its page")
    return Anchor(
        page_index=page_index,
        page_fingerprint=page_fingerprint or words_fingerprint(words),
        quads=line_quads(words[where.start : where.end]),
        quote=_quote(words, where),
        word_range=where,
    )


def anchor_area(
    page_index: int, area: Box, words: Sequence[Word] = (), page_fingerprint: str = ""
) -> Anchor:
    """Anchor a pin, a drawing or a marked area: its place, and the nearest line of text.

    Args:
        page_index: counts from 0.
        area: in PDF user space; may be a single point.
        words: every word of the page; none for a scan.
        page_fingerprint: of the picture, for a scan.
    """
    near = _nearest_line(words, area)
    return Anchor(
        page_index=page_index,
        page_fingerprint=page_fingerprint or words_fingerprint(words),
        quads=(Quad.from_box(area),),
        quote=_quote(words, near) if near else None,
        word_range=near,
    )


def _nearest_line(words: Sequence[Word], area: Box) -> WordRange | None:
    if not words:
        return None
    nearest = min(range(len(words)), key=lambda index: _gap(words[index].box, area))
    start = end = nearest
    while start > 0 and words[start - 1].is_on_line_of(words[nearest]):
        start -= 1
    while end < len(words) and words[end].is_on_line_of(words[nearest]):
        end += 1
    return WordRange(start, end)


def _gap(one: Box, other: Box) -> float:
    across = max(one.x0 - other.x1, other.x0 - one.x1, 0.0)
    along = max(one.y0 - other.y1, other.y0 - one.y1, 0.0)
    return across * across + along * along
