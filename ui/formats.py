"""Dates, durations and sizes in words, in the language in force.

A sitting's own date is shown in the time zone that it carries (its assembly's); an instant, as a
receipt or a last contact, in the time zone of this computer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_date, format_time, format_timedelta
from PySide6.QtCore import QLocale

from boardpack.domain import clock
from boardpack.messages import _, language, ngettext

_LOCALES: Final = {"fr": "fr_FR", "en": "en_GB"}
_NBSP: Final = "\u00a0"
_JUST_NOW: Final = timedelta(minutes=1)
_TODAY: Final = timedelta(hours=12)


def locale() -> str:
    """Return the name of the locale of the language in force."""
    return _LOCALES[language()]


def warm() -> None:
    """Read the words of the language now, rather than when the first date is shown."""
    day_and_hour(clock.now())
    ago(clock.now() - timedelta(hours=1))


def hour(moment: datetime) -> str:
    """Return « 18 h 30 », « 9 h », or "18:30"."""
    if language() != "fr":
        return format_time(moment.time(), "HH:mm", locale=locale())
    minutes = f"{_NBSP}{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour}{_NBSP}h{minutes}"


def day(moment: datetime) -> str:
    """Return « mardi 24 novembre », with the year when it is not this one."""
    here = clock.now().astimezone(moment.tzinfo)
    # The number of the day stays with its month.
    number = "d'er'" if language() == "fr" and moment.day == 1 else "d"
    pattern = f"EEEE {number}{_NBSP}MMMM" + ("" if moment.year == here.year else " y")
    return format_date(moment.date(), pattern, locale=locale())


def day_and_hour(moment: datetime) -> str:
    """Return « mardi 24 novembre à 18 h 30 »."""
    return _("{day} at {hour}").format(day=day(moment), hour=hour(moment))


def month(moment: datetime) -> str:
    """Return « nov. », to stand under the number of the day."""
    return format_date(moment.date(), "MMM", locale=locale())


def until(moment: datetime) -> str:
    """Return « aujourd’hui », « demain », « dans 5 jours », or "" for a day that is over."""
    here = clock.now().astimezone(moment.tzinfo)
    days = (moment.date() - here.date()).days
    if days < 0:
        return ""
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("in {count} day", "in {count} days", days).format(count=days)


def ago(moment: datetime) -> str:
    """Return « à l’instant », « il y a 3 min », « il y a 2 h », then the day and the hour."""
    gone = clock.now() - moment
    if gone < _JUST_NOW:
        return _("just now")
    if gone < _TODAY:
        return format_timedelta(-gone, add_direction=True, format="short", locale=locale())
    return day_and_hour(moment.astimezone())


def size(count: int) -> str:
    """Return « 42 Mo »; kilobytes at least, one decimal below ten megabytes."""
    decimals = 1 if 10**6 <= count < 10**7 else 0
    words = QLocale(locale())
    shown = max(count, 1000) if count else 0
    return words.formattedDataSize(shown, decimals, QLocale.DataSizeFormat.DataSizeSIFormat)


def pages(count: int) -> str:
    """Return « 12 pages »."""
    return ngettext("{count} page", "{count} pages", count).format(count=count)


def percent(done: int, whole: int) -> int:
    """Return how much of `whole` is done, 0 to 100; nothing to do is done."""
    return 100 if whole <= 0 else max(0, min(100, done * 100 // whole))
