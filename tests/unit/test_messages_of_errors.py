"""What errors say: in the person's language, instants as dates, never a traceback."""

import pytest

from boardpack.domain.refusals import DeviceAlreadyActiveError
from boardpack.domain.waits import TooSoonError
from boardpack.messages import UnforeseenError, describe, duration, error_text, use_language


@pytest.fixture(autouse=True)
def french_again():
    yield
    use_language("fr")


def test_an_instant_is_told_as_date_and_hour() -> None:
    text = error_text(
        DeviceAlreadyActiveError.code, {"name": "tablette", "since": "2026-11-22T12:16:50.798Z"}
    )
    assert "22 novembre 2026 à" in text.title
    assert "T12" not in text.title


def test_a_missing_parameter_leaves_the_text_readable() -> None:
    assert "{since}" in error_text(DeviceAlreadyActiveError.code, {"name": "tablette"}).title


def test_an_unknown_code_gets_a_text_and_keeps_its_code() -> None:
    text = error_text("newer.than_this_program")
    assert text.code == "newer.than_this_program"
    assert "newer.than_this_program" in text.do


@pytest.mark.parametrize("language", ["fr", "en"])
def test_whatever_nobody_foresaw_is_our_bug(language: str) -> None:
    use_language(language)
    assert describe(KeyError("secret words")).code == UnforeseenError.code
    assert "secret words" not in repr(describe(KeyError("secret words")))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 s"),
        (45, "45 s"),
        (60, "1 min"),
        (299, "4 min 59 s"),
        (3600, "1 h"),
        (7500, "2 h 05 min"),
    ],
)
def test_a_wait_is_told_in_hours_minutes_seconds(seconds: int, text: str) -> None:
    assert duration(seconds).replace("\u00a0", " ") == text
    assert duration(seconds) in describe(TooSoonError(seconds)).title
