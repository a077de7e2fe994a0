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
_HYPHENS: Final = "-\u00ad\u2010\u2011"


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
    return _stripped(_stripped(text).casefold()).translate(_EXTRA)


def tokens(text: str) -> list[str]:
    """Return the folded words and numbers of `text`; "l'eau" gives two."""
    return _TOKEN.findall(fold(text))


@dataclass(frozen=True)
class _Stream:
    """Tokens of a page as one text, with the words that each came from."""

    text: str
    starts: tuple[int, ...]
    words: tuple[WordRange, ...]

    def find(self, query: list[str]) -> list[WordRange]:
        needle = " " + " ".join(query)
        found: list[WordRange] = []
        at = self.text.find(needle)
        while at >= 0:
            first = bisect_right(self.starts, at + 1) - 1
            last = first + len(query) - 1
            found.append(WordRange(self.words[first].start, self.words[last].end))
            at = self.text.find(needle, at + 1)
        return found


def _breaks_at(words: Sequence[Word], index: int) -> bool:
    """Whether the word at `index` is cut by a hyphen at the end of its line."""
    if index + 1 >= len(words):
        return False
    word, following = words[index], words[index + 1]
    return (
        len(word.text) > 1
        and word.text[-1] in _HYPHENS
        and word.text[-2].isalpha()
        and following.text[:1].isalpha()
        and not word.is_on_line_of(following)
    )


def _stream(words: Sequence[Word], *, joined: bool) -> _Stream:
    found: list[tuple[str, WordRange]] = []
    cut = False
    for index, word in enumerate(words):
        pieces = [(each, WordRange(index, index + 1)) for each in tokens(word.text)]
        if cut and pieces and found:
            head, where = found.pop()
            pieces[0] = (head + pieces[0][0], WordRange(where.start, index + 1))
        found.extend(pieces)
        cut = joined and _breaks_at(words, index)
    starts: list[int] = []
    at = 1
    for token, _ in found:
        starts.append(at)
        at += len(token) + 1
    text = " " + " ".join(token for token, _ in found)
    return _Stream(text, tuple(starts), tuple(where for _, where in found))


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
        return sorted({where for each in self._streams for where in each.find(wanted)})


def find(words: Sequence[Word], query: str) -> list[WordRange]:
    """Return where `query` stands among `words`; see `PageIndex.find`."""
    return PageIndex(words).find(query)


def snippet(words: Sequence[Word], where: WordRange, around: int = 8) -> str:
    """Return the words at `where` with `around` words on each side, as written."""
    start = max(0, where.start - around)
    cut = words[start : where.end + around]
    before = "… " if start else ""
    after = " …" if where.end + around < len(words) else ""
    return before + " ".join(word.text for word in cut) + after
