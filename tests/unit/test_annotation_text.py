"""Finding words as French readers type them."""

import pytest

from boardpack.annotation.note import WordRange
from boardpack.annotation.text import Word, find, fold, prose, snippet, tokens


def page(*lines: str, block: int = 0) -> list[Word]:
    """Words of lines of text, 10 points a character, one line every 20 points."""
    words = []
    for row, line in enumerate(lines):
        at = 0.0
        for number, text in enumerate(line.split()):
            end = at + 10 * len(text)
            words.append(Word(at, 700 - 20 * row, end, 712 - 20 * row, text, block, row, number))
            at = end + 5
    return words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("DÉLIBÉRATION", "deliberation"),
        ("délibération", "deliberation"),
        ("de\u0301libe\u0301ration", "deliberation"),
        ("Œuvre ŒUVRE æquo", "oeuvre oeuvre aequo"),
        ("ﬁnances eﬀet", "finances effet"),
        ("l’eau l'eau", "l'eau l'eau"),
        ("procès‑verbal avant–projet", "proces-verbal avant-projet"),
        ("déli\u00adbéra\u00adtion", "deliberation"),
        ("STRASSE Straße", "strasse strasse"),
        ("1ᵉʳ m²", "1er m2"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_tokens_part_words_at_apostrophes_and_hyphens() -> None:
    assert tokens("L’avant-projet n° 12, 500 €") == [
        "l",
        "avant",
        "projet",
        "n",
        "°",
        "12",
        "500",
        "€",
    ]


WORDS = page(
    "Vu la délibération du conseil municipal",
    "l’Œuvre d’Émile relative au procès-verbal et à l’avant-",
    "projet de budget, qui n’est pas une délibé-",
    "ration : 12 500,00 € (soit 4 %)",
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("deliberation", ["délibération", "délibé- ration"]),
        ("DÉLIBÉRATION", ["délibération", "délibé- ration"]),
        ("delib", ["délibération", "délibé- ration"]),
        ("conseil municipal", ["conseil municipal"]),
        ("conseil mun", ["conseil municipal"]),
        ("cons municipal", []),
        ("oeuvre", ["l’Œuvre"]),
        ("emile", ["d’Émile"]),
        ("d'emile relative", ["d’Émile relative"]),
        ("proces verbal", ["procès-verbal"]),
        ("avant-projet", ["l’avant- projet"]),
        ("projet", ["projet"]),
        ("12 500", ["12 500,00"]),
        ("500,00 €", ["500,00 €"]),
        ("ration", ["ration"]),
        ("iberation", []),
        ("", []),
        ("…", []),
    ],
)
def test_finding(query: str, found: list[str]) -> None:
    places = find(WORDS, query)
    assert [" ".join(word.text for word in WORDS[a:b]) for a, b in places] == found


def test_overlapping_places_are_all_found() -> None:
    assert find(page("oui oui oui"), "oui oui") == [WordRange(0, 2), WordRange(1, 3)]


def test_a_hyphen_within_a_line_joins_nothing() -> None:
    assert find(page("de 8- heures"), "heures") == [WordRange(2, 3)]
    assert find(page("page 12-", "13 du budget"), "1213") == []


def test_the_snippet_shows_the_words_around() -> None:
    words = page("un deux trois quatre cinq")
    assert snippet(words, WordRange(2, 3), around=1) == "… deux trois quatre …"
    assert snippet(words, WordRange(0, 1)) == "un deux trois quatre cinq"


def test_prose_joins_cut_words_and_keeps_lines_and_blocks() -> None:
    words = page("une délibé-", "ration du con\u00adseil") + page("Article 1", block=1)
    assert prose(words) == "une délibération du conseil\n\nArticle 1"
    assert prose([]) == ""
