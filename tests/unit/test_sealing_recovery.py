"""Recovery words and what they wrap."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, strategies

from boardpack.sealing import recovery, words
from boardpack.sealing.errors import (
    DamagedWrapError,
    ForeignWrapError,
    UnknownWordsError,
    WordCountError,
    WordsDoNotFitError,
    WrongWordsError,
)
from boardpack.sealing.recovery import Owner

#: Published test vectors of BIP-39 (English); the French one by the same algorithm and list.
VECTORS = {
    "00000000000000000000000000000000": ("en", "abandon " * 11 + "about"),
    "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f": (
        "en",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
    ),
    "9e885d952ad362caeb4efe34a8e91bd2": (
        "en",
        "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
    ),
}
ENTROPY = bytes.fromhex("9e885d952ad362caeb4efe34a8e91bd2")
MINE = Owner("me", "age1mine")
SECRETS = ("AGE-SECRET-KEY-1PRESENT", "AGE-SECRET-KEY-1FORMER")
entropies = strategies.binary(min_size=16, max_size=16)


@pytest.mark.parametrize("known", VECTORS)
def test_the_words_are_those_of_the_standard(known: str) -> None:
    language, text = VECTORS[known]
    assert words.of_entropy(bytes.fromhex(known), language) == tuple(text.split())
    assert words.entropy_of(text, "fr") == bytes.fromhex(known)


@given(entropies, strategies.sampled_from(["fr", "en"]), strategies.sampled_from(["fr", "en"]))
def test_words_lead_back_in_whatever_language_they_are_read(
    entropy: bytes, shown: str, read: str
) -> None:
    made = words.of_entropy(entropy, shown)
    assert len(made) == 12
    assert words.entropy_of(" ".join(made), read) == entropy


FRENCH = words.of_entropy(ENTROPY, "fr")


@pytest.mark.parametrize(
    "typed",
    [
        " ".join(FRENCH).upper(),
        "\n".join(f"{number}. {word}" for number, word in enumerate(FRENCH, 1)),
        "  ,  ".join(FRENCH),
        " ".join(each[:4] for each in FRENCH),
        " ".join(each[:5] for each in FRENCH),
        " ".join(words._fold(each) for each in FRENCH),
        " ".join(each.replace("é", "e\u0301") for each in FRENCH),
        "\u00a0".join(FRENCH),
    ],
    ids=["capitals", "list", "commas", "four letters", "five", "bare", "decomposed", "nbsp"],
)
def test_words_are_taken_as_people_write_them(typed: str) -> None:
    assert words.entropy_of(typed, "fr") == ENTROPY


def test_a_wrong_word_is_told_by_its_place_with_words_that_were_perhaps_meant() -> None:
    typed = [*FRENCH]
    typed[2], typed[10] = "abaiser", "xyzzy"
    with pytest.raises(UnknownWordsError) as caught:
        words.entropy_of(" ".join(typed), "fr")
    assert caught.value.parameters == {"places": "3, 11", "count": 2}
    assert "abaiser" not in str(caught.value)
    read = words.read(" ".join(typed), "fr")
    assert [each.word for each in read if each.word] == [
        each for place, each in enumerate(FRENCH) if place not in {2, 10}
    ]
    assert "abaisser" in read[2].near
    assert read[10].near == ()


@pytest.mark.parametrize("count", [0, 1, 11, 13, 24])
def test_too_few_and_too_many_words_are_counted(count: int) -> None:
    with pytest.raises(WordCountError) as caught:
        words.entropy_of(" ".join((FRENCH * 2)[:count]), "fr")
    assert caught.value.parameters == {"count": count, "wanted": 12}


def test_two_words_that_changed_places_do_not_fit_nearly_always() -> None:
    """Four bits of checksum let one exchange in sixteen pass; then the wrap does not open."""
    passed = 0
    blob = recovery.wrap(SECRETS, ENTROPY, MINE)
    pairs = [(first, second) for first in range(12) for second in range(first)]
    for first, second in pairs:
        typed = [*FRENCH]
        typed[first], typed[second] = typed[second], typed[first]
        try:
            other = words.entropy_of(" ".join(typed), "fr")
        except WordsDoNotFitError:
            continue
        passed += 1
        with pytest.raises(WrongWordsError):
            recovery.unwrap(blob, other, MINE)
    assert 0 < passed < len(pairs) / 4


def test_one_word_is_proved_as_it_is_typed() -> None:
    assert words.same(" SÉJO", "séjour")
    assert words.same("sejour", "séjour")
    assert not words.same("sejo sejour", "séjour")
    assert not words.same("", "séjour")
    assert not words.same("semaine", "séjour")


# The wrap


@given(entropies, strategies.lists(strategies.text("AGE-1XYZ", min_size=1), min_size=1))
def test_what_is_wrapped_comes_back(entropy: bytes, identities: list[str]) -> None:
    blob = recovery.wrap(identities, entropy, MINE)
    assert recovery.unwrap(blob, entropy, MINE) == tuple(identities)


def test_every_wrap_is_another_and_tells_nothing() -> None:
    first, second = (recovery.wrap(SECRETS, ENTROPY, MINE) for _ in range(2))
    assert first[24:] != second[24:]
    assert recovery.mark_of(first) != recovery.mark_of(second)
    for told in (*(each.encode() for each in SECRETS), ENTROPY, b"me", b"age1mine"):
        assert told not in first


def test_other_words_are_told_from_damage() -> None:
    blob = recovery.wrap(SECRETS, ENTROPY, MINE)
    with pytest.raises(WrongWordsError):
        recovery.unwrap(blob, bytes(16), MINE)


@pytest.mark.parametrize(
    "other", [Owner("you", "age1mine"), Owner("me", "age1yours")], ids=["person", "identity"]
)
def test_somebody_elses_wrap_is_told(other: Owner) -> None:
    with pytest.raises(ForeignWrapError):
        recovery.unwrap(recovery.wrap(SECRETS, ENTROPY, MINE), ENTROPY, other)


def whole(body: bytes) -> bytes:
    """What a server that knows our format, but not the words, can make of it."""
    return body + hashlib.sha256(body).digest()


def test_a_wrap_made_to_look_like_mine_does_not_open() -> None:
    theirs = recovery.wrap(SECRETS, ENTROPY, Owner("you", "age1yours"))
    body = bytearray(theirs[:-32])
    body[12:28] = MINE.context
    with pytest.raises(DamagedWrapError):
        recovery.unwrap(whole(bytes(body)), ENTROPY, MINE)


@pytest.mark.parametrize("place", [0, 9, 11, 13, 30, 46, 60, 67, 70, -40, -1])
def test_an_altered_wrap_is_damaged_whatever_was_altered(place: int) -> None:
    blob = bytearray(recovery.wrap(SECRETS, ENTROPY, MINE))
    blob[place] ^= 1
    with pytest.raises(DamagedWrapError):
        recovery.unwrap(bytes(blob), ENTROPY, MINE)


@pytest.mark.parametrize("size", [0, 1, 68, 100, 115])
def test_a_cut_wrap_is_damaged(size: int) -> None:
    blob = recovery.wrap(SECRETS, ENTROPY, MINE)
    for cut in (blob[:size], whole(blob[:size])):
        with pytest.raises(DamagedWrapError):
            recovery.unwrap(cut, ENTROPY, MINE)


def test_a_newer_version_is_not_guessed() -> None:
    body = bytearray(recovery.wrap(SECRETS, ENTROPY, MINE)[:-32])
    body[9] = 2
    with pytest.raises(DamagedWrapError):
        recovery.mark_of(whole(bytes(body)))
