"""`sitting.toml`: what is read, and what is refused with the word that is wrong."""

from datetime import date, time

import pytest

from boardpack.domain.dossier import DocumentKind
from boardpack.services.errors import (
    SittingFileKeyError,
    SittingFileSyntaxError,
    SittingFileValueError,
)
from boardpack.services.sitting_toml import ItemWords, SittingWords, read

WHOLE = """
assembly = "CM"
date = 2026-09-24
time = 18:30:00
place = "Salle   du conseil"
title = "Conseil municipal"

[items.3]
title = "Budget primitif"
reporter = "Anne Le Gall"
kind = "draft_deliberation"
closed = true
"""


def test_everything_is_read() -> None:
    assert read(WHOLE.encode()) == SittingWords(
        assembly="CM",
        title="Conseil municipal",
        place="Salle du conseil",
        day=date(2026, 9, 24),
        hour=time(18, 30),
        items=(
            ItemWords(
                3, "Budget primitif", "Anne Le Gall", DocumentKind.DRAFT_DELIBERATION, closed=True
            ),
        ),
    )


def test_nothing_is_needed() -> None:
    assert read(b"") == SittingWords()


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        ('"18:30"', time(18, 30)),
        ('"18h30"', time(18, 30)),
        ('"9h"', time(9, 0)),
        ('"18 H 05"', time(18, 5)),
        ("18:30:00", time(18, 30)),
    ],
)
def test_hours_as_people_write_them(hour: str, expected: time) -> None:
    assert read(f"time = {hour}".encode()).hour == expected


def test_one_moment_gives_day_and_hour() -> None:
    words = read(b"date = 2026-09-24T18:30:00")
    assert (words.day, words.hour) == (date(2026, 9, 24), time(18, 30))


def test_text_of_old_editors_is_read() -> None:
    assert read('place = "Mairie annexée"'.encode("cp1252")).place == "Mairie annexée"


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read('title = "é"'.encode("utf-8-sig")).title == "é"


def test_a_slip_names_its_line() -> None:
    with pytest.raises(SittingFileSyntaxError) as caught:
        read(b'title = "a"\nplace = Salle\n')
    assert caught.value.parameters == {"line": 2}


@pytest.mark.parametrize(
    ("text", "key"),
    [("lieu = 'x'", "lieu"), ("[items.1]\nraporter = 'x'", "items.1.raporter")],
)
def test_an_unknown_word_is_named(text: str, key: str) -> None:
    with pytest.raises(SittingFileKeyError) as caught:
        read(text.encode())
    assert caught.value.parameters["key"] == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("date = 'demain'", "date"),
        ("date = 2026-09-24T18:30:00+02:00", "date"),
        ("time = '25h00'", "time"),
        ("time = 'soir'", "time"),
        ("title = 3", "title"),
        ("items = 3", "items"),
        ("[items.un]\ntitle = 'x'", "items.un"),
        ("[items.1]\nkind = 'annex'", "items.1.kind"),
        ("[items.1]\nclosed = 'oui'", "items.1.closed"),
    ],
)
def test_a_value_of_the_wrong_form_is_named(text: str, key: str) -> None:
    with pytest.raises(SittingFileValueError) as caught:
        read(text.encode())
    assert caught.value.parameters == {"key": key}
