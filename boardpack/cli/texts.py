"""How the command line writes moments, sizes and counts for people."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from babel.dates import format_datetime
from babel.numbers import format_decimal

from boardpack.messages import _, language, ngettext

_STEP: Final = 1000


def moment(at: datetime | None) -> str:
    """Return a moment as "24/09/2026 18:30" in the language in force; a dash for none."""
    return format_datetime(at, "short", tzinfo=at.tzinfo, locale=language()) if at else "—"


def size(count: int) -> str:
    """Return a size as "4,2 Mo" in the language in force."""
    units = (_("bytes"), _("KB"), _("MB"), _("GB"))
    value = float(count)
    for unit in units:
        if value < _STEP or unit == units[-1]:
            break
        value /= _STEP
    number = format_decimal(round(value, 1), locale=language())
    return f"{number}\u00a0{unit}"


def pages(count: int) -> str:
    """Return "12 p.", or nothing for a file without pages."""
    return _("{number} p.").format(number=count) if count else ""


def closing(days: int) -> str:
    """Return when dossiers close for want of contact, or that they are closed."""
    if not days:
        return _("Dossiers are closed: the server was not reached for too long.")
    words = ngettext(
        "Without contact, dossiers close in {count} day.",
        "Without contact, dossiers close in {count} days.",
        days,
    )
    return words.format(count=days)


def joined(*parts: str) -> str:
    """Join what is not empty."""
    return " · ".join(part for part in parts if part)
