"""Dates, hours and sizes as people write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time

from boardpack import messages
from ui import formats

PARIS = ZoneInfo("Europe/Paris")
NOW = "2026-11-20T09:00:00Z"


@pytest.fixture(autouse=True)
def now() -> object:
    with freeze_time(NOW):
        yield


@pytest.fixture
def french() -> None:
    messages.use_language("fr")


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [(18, 30, "18\u00a0h\u00a030"), (9, 0, "9\u00a0h"), (14, 5, "14\u00a0h\u00a005")],
)
def test_french_hours(hour: int, minute: int, text: str) -> None:
    assert formats.hour(datetime(2026, 11, 24, hour, minute, tzinfo=PARIS)) == text


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 24, 18, 30, tzinfo=PARIS), "mardi 24 novembre"),
        (datetime(2026, 12, 1, 9, tzinfo=PARIS), "mardi 1er décembre"),
        (datetime(2027, 1, 1, 9, tzinfo=PARIS), "vendredi 1er janvier 2027"),
    ],
)
def test_french_days(moment: datetime, text: str) -> None:
    assert formats.day(moment).replace("\u00a0", " ") == text
    assert " " not in formats.day(moment).split(" ", 1)[1].removesuffix(" 2027")


def test_english_day_and_hour() -> None:
    moment = datetime(2026, 11, 24, 18, 30, tzinfo=PARIS)
    assert formats.day_and_hour(moment) == "Tuesday 24\u00a0November at 18:30"


def test_day_is_counted_where_the_assembly_is() -> None:
    reunion = ZoneInfo("Indian/Reunion")
    with freeze_time("2026-11-20T21:00:00Z"):
        assert formats.until(datetime(2026, 11, 21, 9, tzinfo=reunion)) == "today"
        assert formats.until(datetime(2026, 11, 21, 9, tzinfo=PARIS)) == "tomorrow"


@pytest.mark.parametrize(
    ("days", "text"), [(0, "today"), (1, "tomorrow"), (5, "in 5 days"), (-1, "")]
)
def test_until(days: int, text: str) -> None:
    moment = datetime(2026, 11, 20, 18, 30, tzinfo=PARIS) + timedelta(days=days)
    assert formats.until(moment) == text


@pytest.mark.parametrize(
    ("gone", "text"),
    [
        (timedelta(seconds=10), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=2), "2 hr ago"),
    ],
)
def test_ago(gone: timedelta, text: str) -> None:
    assert formats.ago(datetime(2026, 11, 20, 9, tzinfo=UTC) - gone).replace("\u00a0", " ") == text


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("size", "text"),
    [(300, "1 ko"), (42_000_000, "42 Mo"), (1_230_000, "1,2 Mo")],
)
def test_french_sizes(size: int, text: str) -> None:
    assert formats.size(size).replace("\u00a0", " ").replace("\u202f", " ") == text


@pytest.mark.parametrize(
    ("done", "whole", "share"), [(0, 0, 100), (0, 10, 0), (5, 10, 50), (12, 10, 100), (-1, 10, 0)]
)
def test_percent(done: int, whole: int, share: int) -> None:
    assert formats.percent(done, whole) == share
