"""`sitting.toml`: what a push folder says of its sitting in words."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from boardpack.domain.dossier import DocumentKind
from boardpack.services.errors import (
    SittingFileKeyError,
    SittingFileSyntaxError,
    SittingFileValueError,
)

_TIME: Final = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?")
_KINDS: Final = frozenset({DocumentKind.REPORT, DocumentKind.DRAFT_DELIBERATION})


@dataclass(frozen=True)
class ItemWords:
    """What the file says of one item; `kind` is that of its report."""

    number: int
    title: str = ""
    reporter: str = ""
    kind: DocumentKind = DocumentKind.REPORT
    closed: bool = False


@dataclass(frozen=True)
class SittingWords:
    """What the file says; everything is optional.

    Attributes:
        assembly: identifier, short name or name.
        day, hour: in the time zone of the assembly.
    """

    assembly: str = ""
    title: str = ""
    place: str = ""
    day: date | None = None
    hour: time | None = None
    items: tuple[ItemWords, ...] = ()


def read(data: bytes) -> SittingWords:
    """Read the bytes of `sitting.toml` (UTF-8, or Windows-1252 as old editors save it).

    Raises:
        SittingFileSyntaxError: not TOML.
        SittingFileKeyError: a key that means nothing, so probably a slip.
        SittingFileValueError: a value of another form than its key needs.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise SittingFileSyntaxError(line=int(line[1]) if line else 0) from error
    _known(table, {"assembly", "title", "place", "date", "time", "items"}, "")
    day, hour = _moment(table.get("date"), table.get("time"))
    return SittingWords(
        assembly=_text(table, "assembly"),
        title=_text(table, "title"),
        place=_text(table, "place"),
        day=day,
        hour=hour,
        items=_items(table.get("items", {})),
    )


def _known(table: dict[str, Any], keys: set[str], prefix: str) -> None:
    for key in table:
        if key not in keys:
            raise SittingFileKeyError(key=prefix + key, known=", ".join(sorted(keys)))


def _text(table: dict[str, Any], key: str, prefix: str = "") -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise SittingFileValueError(key=prefix + key)
    return " ".join(value.split())


def _moment(day: object, hour: object) -> tuple[date | None, time | None]:
    if isinstance(day, datetime):
        if day.tzinfo is not None:
            # A sitting takes place at the hour of its town's clock: an offset would be a trap.
            raise SittingFileValueError(key="date")
        return day.date(), day.time() if hour is None else _hour(hour)
    return _day(day), _hour(hour)


def _day(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise SittingFileValueError(key="date") from error


def _hour(value: object) -> time | None:
    if value is None or isinstance(value, time):
        return value
    found = _TIME.fullmatch(str(value).strip())
    try:
        return time(int(found[1]), int(found[2] or 0)) if found else time.fromisoformat(str(value))
    except ValueError as error:
        raise SittingFileValueError(key="time") from error


def _items(table: object) -> tuple[ItemWords, ...]:
    if not isinstance(table, dict):
        raise SittingFileValueError(key="items")
    return tuple(_item(key, value) for key, value in table.items())


def _item(key: str, table: object) -> ItemWords:
    prefix = f"items.{key}."
    if not key.isdecimal() or not isinstance(table, dict):
        raise SittingFileValueError(key=f"items.{key}")
    _known(table, {"title", "reporter", "kind", "closed"}, prefix)
    kind, closed = table.get("kind", DocumentKind.REPORT.value), table.get("closed", False)
    if kind not in _KINDS:
        raise SittingFileValueError(key=prefix + "kind")
    if not isinstance(closed, bool):
        raise SittingFileValueError(key=prefix + "closed")
    return ItemWords(
        number=int(key),
        title=_text(table, "title", prefix),
        reporter=_text(table, "reporter", prefix),
        kind=DocumentKind(kind),
        closed=closed,
    )
