"""Which documents are taken for revisions of each other."""

from __future__ import annotations

import pytest

from boardpack.domain.dossier import PDF
from boardpack.domain.likeness import Likeness, likeness, name_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("01 - Débat d’orientation budgétaire.PDF", "debat d orientation budgetaire"),
        ("Débat d'orientation   budgétaire", "debat d orientation budgetaire"),
        ("3.2_Marché.pdf", "marche"),
        ("2026", "2026"),
        ("…", ""),
        ("é" * 500, "e" * 200),
    ],
)
def test_names_lose_what_offices_change(text: str, key: str) -> None:
    assert name_key(text) == key


def paper(title: str = "a", file_name: str = "b", pages: int = 3, size: int = 1000) -> Likeness:
    return likeness(title, file_name, PDF, pages, size)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (paper(), True),
        (paper(file_name="c", pages=9), True),
        (paper(title="c", pages=9), True),
        (paper(size=2001), False),
        (paper(size=499), False),
        (paper("c", "c", size=1050), True),
        (paper("c", "c", size=1051), False),
        (paper("c", "c", pages=4), False),
        (paper("", "", pages=0), False),
        (likeness("a", "b", "text/csv", 3, 1000), False),
    ],
)
def test_a_name_or_pages_and_size_make_a_likeness(other: Likeness, *, expected: bool) -> None:
    assert paper().resembles(other) is expected
    assert other.resembles(paper()) is expected


def test_files_of_another_kind_resemble_nothing() -> None:
    sheet = likeness("a", "b", "text/csv", 3, 1000)
    assert not sheet.resembles(sheet)


def test_papers_without_names_and_pages_resemble_nothing() -> None:
    assert not paper("", "", 0).resembles(paper("", "", 0))
