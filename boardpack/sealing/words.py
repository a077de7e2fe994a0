"""Recovery words: 128 random bits as twelve words that a person can note on paper (BIP-39).

The lists and the checksum (four bits of SHA-256) are those of BIP-39, in French and in English: a
word is told by its first four letters, accents do not count. Nothing else of BIP-39 is used: its
PBKDF2 makes wallet seeds, and full entropy needs no slow hash (`boardpack.sealing.recovery`).
"""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from mnemonic import Mnemonic

from boardpack.sealing.errors import UnknownWordsError, WordCountError, WordsDoNotFitError

ENTROPY_SIZE: Final = 16
WORDS: Final = 12
_LISTS: Final = {"fr": "french", "en": "english"}
_TOLD_BY: Final = 4
_SUGGESTIONS: Final = 3
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class TypedWord:
    """One word as it was typed.

    Attributes:
        text: what was typed.
        word: the word of the list that it is, empty when it is none.
        near: words of the list that were perhaps meant.
    """

    text: str
    word: str
    near: tuple[str, ...] = ()


def new_entropy() -> bytes:
    """Return what twelve new words are made of."""
    return os.urandom(ENTROPY_SIZE)


def of_entropy(entropy: bytes, language: str) -> tuple[str, ...]:
    """Return the twelve words of `entropy` in a language ("fr" or "en")."""
    return tuple(_composed(_list(language).to_mnemonic(entropy)).split())


def read(text: str, language: str) -> tuple[TypedWord, ...]:
    """Say of each typed word which one of the list it is.

    Numbers, punctuation, case, accents and spaces do not count, and four letters are enough. The
    list is the one that knows most of the words; `language` decides between equals.
    """
    typed = _WORD.findall(_composed(text))
    chosen = max(_languages(language), key=lambda each: sum(map(bool, _known(typed, each))))
    return tuple(
        TypedWord(given, word, () if word else _near(given, chosen))
        for given, word in zip(typed, _known(typed, chosen), strict=True)
    )


def entropy_of(text: str, language: str) -> bytes:
    """Return the entropy of twelve words, typed as `read` takes them.

    Raises:
        WordCountError: more or fewer than twelve.
        UnknownWordsError: some are not in the list (`places`, counted from 1).
        WordsDoNotFitError: each is a word of the list, but together they are none of ours: one is
            another's, or two changed places.
    """
    typed = read(text, language)
    if len(typed) != WORDS:
        raise WordCountError(count=len(typed), wanted=WORDS)
    wrong = [str(place) for place, each in enumerate(typed, 1) if not each.word]
    if wrong:
        raise UnknownWordsError(places=", ".join(wrong), count=len(wrong))
    for each in _languages(language):
        words = _known([one.text for one in typed], each)
        if all(words) and _list(each).check(" ".join(words)):
            return bytes(_list(each).to_entropy(words))
    raise WordsDoNotFitError


def same(typed: str, word: str) -> bool:
    """Tell whether somebody typed this word, by the same rules as `read`."""
    found = _WORD.findall(_composed(typed))
    return len(found) == 1 and any(
        _match(found[0], each) == word for each in _LISTS if word in _folded(each).values()
    )


def _known(typed: list[str], language: str) -> list[str]:
    """Return the word of the list that each typed one is; empty for none."""
    return [_match(each, language) for each in typed]


def _languages(first: str) -> tuple[str, ...]:
    return (first, *(each for each in _LISTS if each != first))


def _match(text: str, language: str) -> str:
    folded = _fold(text)
    exact = _folded(language).get(folded)
    if exact is not None or len(folded) < _TOLD_BY:
        return exact or ""
    begun = _by_beginning(language).get(folded[:_TOLD_BY], "")
    return begun if _fold(begun).startswith(folded) else ""


def _near(text: str, language: str) -> tuple[str, ...]:
    words = _folded(language)
    found = difflib.get_close_matches(_fold(text), words, n=_SUGGESTIONS)
    return tuple(words[each] for each in found)


@cache
def _list(language: str) -> Mnemonic:
    # The package keeps its lists decomposed (NFKD), and so are the words that it compares.
    return Mnemonic(_LISTS[language])


@cache
def _folded(language: str) -> Mapping[str, str]:
    """Map each word without accents to the word."""
    return {_fold(each): _composed(each) for each in _list(language).wordlist}


@cache
def _by_beginning(language: str) -> Mapping[str, str]:
    return {folded[:_TOLD_BY]: word for folded, word in _folded(language).items()}


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _fold(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(each for each in bare if not unicodedata.combining(each))
