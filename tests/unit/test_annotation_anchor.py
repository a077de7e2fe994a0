"""Anchors hold what is needed to find a note again."""

import pytest

from boardpack.annotation.anchor import (
    anchor_area,
    anchor_words,
    line_quads,
    picture_fingerprint,
    words_fingerprint,
)
from boardpack.annotation.note import Box, Quad, WordRange
from boardpack.annotation.text import Word


def page(*lines: str) -> list[Word]:
    words = []
    for row, line in enumerate(lines):
        for number, text in enumerate(line.split()):
            x, y = 50.0 * number, 700.0 - 20 * row
            words.append(Word(x, y, x + 45, y + 12, text, 0, row, number))
    return words


WORDS = page("Le Conseil municipal, après en", "avoir délibéré, adopte le budget", "de la ville")


def test_marked_words_give_quads_quote_context_and_range() -> None:
    anchor = anchor_words(4, WORDS, WordRange(3, 7))
    assert anchor.page_index == 4
    assert anchor.word_range == (3, 7)
    assert anchor.quote
    assert anchor.quote.exact == "après en avoir délibéré,"
    assert anchor.quote.prefix == "le conseil municipal,"
    assert anchor.quote.suffix == "adopte le budget de la ville"
    assert anchor.quads == (
        Quad.from_box(Box(150, 700, 245, 712)),
        Quad.from_box(Box(0, 680, 95, 692)),
    )
    assert anchor.page_fingerprint == words_fingerprint(WORDS)


def test_the_context_is_eight_words_on_each_side() -> None:
    words = page(" ".join(f"m{number}" for number in range(30)))
    quote = anchor_words(0, words, WordRange(15, 16)).quote
    assert quote
    assert quote.prefix.split() == [f"m{number}" for number in range(7, 15)]
    assert quote.suffix.split() == [f"m{number}" for number in range(16, 24)]


@pytest.mark.parametrize("where", [WordRange(3, 3), WordRange(0, 99), WordRange(-1, 2)])
def test_words_that_are_not_there_cannot_be_marked(where: WordRange) -> None:
    with pytest.raises(ValueError, match="words of its page"):
        anchor_words(0, WORDS, where)


def test_a_pin_is_tied_to_the_nearest_line() -> None:
    anchor = anchor_area(0, Box(300, 684, 300, 684), WORDS)
    assert anchor.quads == (Quad.from_box(Box(300, 684, 300, 684)),)
    assert anchor.quote
    assert anchor.quote.exact == "avoir délibéré, adopte le budget"
    assert anchor.word_range == (5, 10)


def test_a_drawing_on_a_scan_has_its_place_and_the_picture() -> None:
    anchor = anchor_area(2, Box(10, 10, 90, 40), page_fingerprint="dhash:" + "0" * 64)
    assert anchor.quote is None
    assert anchor.word_range is None
    assert anchor.page_fingerprint.startswith("dhash:")


def test_a_page_is_recognised_whatever_its_layout_and_case() -> None:
    other = page(
        "LE CONSEIL MUNICIPAL,", "après en avoir délibéré, adopte le", "budget de la ville"
    )
    assert words_fingerprint(other) == words_fingerprint(WORDS)
    assert words_fingerprint(WORDS[:-1]) != words_fingerprint(WORDS)
    assert words_fingerprint([]) == ""


def test_a_picture_is_told_by_its_gradients() -> None:
    rising = bytes(column * 15 for _ in range(16) for column in range(17))
    assert picture_fingerprint(rising) == "dhash:" + "f" * 64
    assert picture_fingerprint(bytes(272)) == "dhash:" + "0" * 64
    assert picture_fingerprint(bytes(each // 2 for each in rising)) == "dhash:" + "f" * 64
    with pytest.raises(ValueError, match="16 rows"):
        picture_fingerprint(bytes(10))


def test_words_of_one_line_make_one_quad() -> None:
    assert len(line_quads(WORDS)) == 3
    assert line_quads([]) == ()
