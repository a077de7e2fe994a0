"""Words of a page: folding as French readers search, and finding phrases among them.

Search engines of PDF libraries find "délibération" but neither "deliberation" nor
"DÉLIBÉRATION" (`reader.md` §2d), so this is our own.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

from boardpack.annotation.note import Box, WordRange

_EXTRA: Final = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "‐": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        # Invisible: soft hyphen, zero-width space and joiners, word joiner, byte order mark.
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
    }
)
_TOKEN: Final = re.compile(r"[^\W_]+|[€$£%§°]")
_HYPHENS: Final = frozenset("-\u00ad\u2010\u2011")


class Word(NamedTuple):
    """One word of a page: its box in PDF user space, its text, and where the page has it."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    block: int
    line: int
    no: int

    @property
    def box(self) -> Box:
        """Its box in PDF user space."""
        return Box(self.x0, self.y0, self.x1, self.y1)

    def is_on_line_of(self, other: Word) -> bool:
        """Whether both stand on one line."""
        return (self.block, self.line) == (other.block, other.line)


def _stripped(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def fold(text: str) -> str:
    """Return `text` without case, accents, ligatures or typographic variants of - and '."""
    if text.isascii():
        return text.lower()
    return _stripped(_stripped(text).casefold()).translate(_EXTRA)


def tokens(text: str) -> list[str]:
    """Return the folded words and numbers of `text`; "l'eau" gives two."""
    return _TOKEN.findall(fold(text))


@lru_cache(maxsize=20_000)
def _word_tokens(text: str) -> tuple[str, ...]:
    # A document says the same words again and again: nine in ten are found here.
    return tuple(tokens(text))


@dataclass(frozen=True)
class _Stream:
    """Tokens of a page as one text, with the words that each came from."""

    text: str
    starts: list[int]
    first_words: list[int]
    last_words: list[int]

    def find(self, query: list[str]) -> list[WordRange]:
        needle = " " + " ".join(query)
        found: list[WordRange] = []
        at = self.text.find(needle)
        while at >= 0:
            first = bisect_right(self.starts, at + 1) - 1
            last = first + len(query) - 1
            found.append(WordRange(self.first_words[first], self.last_words[last] + 1))
            at = self.text.find(needle, at + 1)
        return found


def _breaks_at(words: Sequence[Word], index: int) -> bool:
    """Whether the word at `index` is cut by a hyphen at the end of its line."""
    word = words[index]
    if word.text[-1:] not in _HYPHENS or index + 1 >= len(words):
        return False
    following = words[index + 1]
    return (
        word.text[-2:-1].isalpha()
        and following.text[:1].isalpha()
        and not word.is_on_line_of(following)
    )


def _stream(words: Sequence[Word], *, joined: bool) -> _Stream:
    found: list[str] = []
    firsts: list[int] = []
    lasts: list[int] = []
    cut = False
    for index, word in enumerate(words):
        pieces = _word_tokens(word.text)
        if cut and pieces:
            found[-1] += pieces[0]
            lasts[-1] = index
            pieces = pieces[1:]
        found += pieces
        firsts += [index] * len(pieces)
        lasts += [index] * len(pieces)
        cut = joined and bool(found) and _breaks_at(words, index)
    # Each token begins behind a space: " " + the first, then one after the end of the one before.
    starts = list(accumulate((len(token) + 1 for token in found[:-1]), initial=1))
    return _Stream(" " + " ".join(found), starts, firsts, lasts)


class PageIndex:
    """The words of one page, ready to be searched many times."""

    def __init__(self, words: Sequence[Word]) -> None:
        """Fold `words` once."""
        self.words = words
        self._streams = [_stream(words, joined=True)]
        if any(_breaks_at(words, index) for index in range(len(words))):
            # "avant-" at the end of a line may be "avant-projet" or half of "avantage".
            self._streams.append(_stream(words, joined=False))

    def find(self, query: str) -> list[WordRange]:
        """Return where the words of `query` stand one after the other, in reading order.

        Case, accents, ligatures, apostrophes and hyphenation make no difference; the last word
        of the query may be the beginning of a word.
        """
        wanted = tokens(query)
        if not wanted:
            return []
        found: list[WordRange] = []
        for stream in self._streams:
            # Half of a cut word, found again by its beginning, is no other place.
            found += [
                where
                for where in stream.find(wanted)
                if not any(each.start <= where.start and where.end <= each.end for each in found)
            ]
        return sorted(found)


def find(words: Sequence[Word], query: str) -> list[WordRange]:
    """Return where `query` stands among `words`; see `PageIndex.find`."""
    return PageIndex(words).find(query)


def prose(words: Sequence[Word]) -> str:
    """Return the words of a page as lines of text, an empty line between blocks.

    Words cut at the end of a line are joined, so that full text search finds them.
    """
    parts: list[str] = []
    for index, word in enumerate(words):
        cut = _breaks_at(words, index)
        parts.append((word.text[:-1] if cut else word.text).replace("\u00ad", ""))
        if index + 1 < len(words) and not cut:
            parts.append(_gap(word, words[index + 1]))
    return "".join(parts)


def _gap(word: Word, following: Word) -> str:
    if word.block != following.block:
        return "\n\n"
    return "\n" if word.line != following.line else " "


def snippet(words: Sequence[Word], where: WordRange, around: int = 8) -> str:
    """Return the words at `where` with `around` words on each side, as written."""
    start = max(0, where.start - around)
    cut = words[start : where.end + around]
    before = "… " if start else ""
    after = " …" if where.end + around < len(words) else ""
    return before + " ".join(word.text for word in cut) + after
