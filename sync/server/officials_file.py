"""The CSV of officials that IT imports, read into checked lines; pure.

One line a mandate. Comma or semicolon, UTF-8 (or Windows-1252, which spreadsheets write).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from boardpack.domain.errors import ActionableError
from boardpack.domain.people import AssemblyKind, AuthorityKind, Role
from boardpack.messages import _
from sync.server.plain_text import printable

COLUMNS: Final = (
    "authority_key",
    "authority_name",
    "authority_kind",
    "siren",
    "assembly_key",
    "assembly_name",
    "assembly_short",
    "assembly_kind",
    "colour",
    "last_name",
    "first_name",
    "email",
    "title",
    "role",
    "political_group",
    "starts",
    "ends",
)
MAX_BYTES: Final = 20 * 1024 * 1024


class BadOfficialsFileError(ActionableError):
    """The file as a whole cannot be read (`reason`)."""

    code = "server.bad_officials_file"


@dataclass(frozen=True)
class OfficialLine:
    """One mandate with everything that it needs."""

    authority_key: str
    authority_name: str
    authority_kind: AuthorityKind
    siren: str
    assembly_key: str
    assembly_name: str
    assembly_short: str
    assembly_kind: AssemblyKind
    colour: int
    last_name: str
    first_name: str
    email: str
    title: str
    role: Role
    political_group: str
    starts: date
    ends: date | None


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be imported, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class OfficialsFile:
    """The lines that can be imported, and those that cannot."""

    lines: tuple[OfficialLine, ...]
    bad: tuple[BadLine, ...]


def _matching(pattern: str, *, lower: bool = False) -> Callable[[str], str]:
    found = re.compile(pattern)

    def parse(value: str) -> str:
        value = value.lower() if lower else value
        if not found.fullmatch(value):
            raise ValueError(value)
        return value

    return parse


def _text(limit: int, *, empty: bool = False) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if len(value) > limit or not (value or empty) or not printable(value):
            raise ValueError(value)
        return value

    return parse


def _day(value: str) -> date:
    french = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", value)
    if french:
        day, month, year = french.groups()
        return date(int(year), int(month), int(day))
    return date.fromisoformat(value)


def _colour(value: str) -> int:
    return int(_matching("[0-7]")(value or "0"))


_key = _matching(r"[a-z0-9][a-z0-9-]{0,39}", lower=True)
_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "authority_key": _key,
    "authority_name": _text(200),
    "authority_kind": AuthorityKind,
    "siren": _matching(r"(\d{9})?"),
    "assembly_key": _key,
    "assembly_name": _text(200),
    "assembly_short": _text(60),
    "assembly_kind": AssemblyKind,
    "colour": _colour,
    "last_name": _text(100),
    "first_name": _text(100),
    "email": _matching(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,180}", lower=True),
    "title": _text(200, empty=True),
    "role": Role,
    "political_group": _text(200, empty=True),
    "starts": _day,
    "ends": lambda value: _day(value) if value else None,
}
#: What must be one wherever it is repeated: the first column names it.
_SAME: Final = (
    ("authority_key", ("authority_name", "authority_kind", "siren")),
    (
        "assembly_key",
        ("authority_key", "assembly_name", "assembly_short", "assembly_kind", "colour"),
    ),
    ("email", ("last_name", "first_name", "title")),
)


def read(data: bytes) -> OfficialsFile:
    """Read the bytes of a CSV file.

    Raises:
        BadOfficialsFileError: too large, or a column is missing.
    """
    if len(data) > MAX_BYTES:
        raise BadOfficialsFileError(reason=_("too large"))
    text = _decoded(data)
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    missing = [each for each in COLUMNS if each not in (reader.fieldnames or ())]
    if missing:
        raise BadOfficialsFileError(reason=", ".join(missing))
    lines: list[OfficialLine] = []
    bad: list[BadLine] = []
    seen: dict[tuple[str, str], tuple[int, tuple[object, ...]]] = {}
    for row in reader:
        try:
            lines.append(_line(row, seen, reader.line_num))
        except ValueError as error:
            bad.append(BadLine(reader.line_num, str(error)))
    return OfficialsFile(tuple(lines), tuple(bad))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _line(
    row: Mapping[str, str | None],
    seen: dict[tuple[str, str], tuple[int, tuple[object, ...]]],
    number: int,
) -> OfficialLine:
    values: dict[str, Any] = {}
    for column, parse in _PARSERS.items():
        given = (row.get(column) or "").strip()
        try:
            values[column] = parse(given)
        except ValueError as error:
            text = _("column {column}: “{value}” is not valid")
            raise ValueError(text.format(column=column, value=given[:60])) from error
    line = OfficialLine(**values)
    if line.ends is not None and line.ends < line.starts:
        raise ValueError(_("the mandate ends before it starts"))
    for name, others in _SAME:
        key = (name, str(values[name]))
        found = tuple(values[each] for each in others)
        first, before = seen.setdefault(key, (number, found))
        if before != found:
            text = _("{column} “{value}” is described otherwise in line {line}")
            raise ValueError(text.format(column=name, value=values[name], line=first))
    return line
