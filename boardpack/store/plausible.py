"""Records that make sense: what no honest server sends is refused before it enters the store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from boardpack.domain.dossier import Document, Dossier
from boardpack.domain.signature import Deliberation
from sync.protocol.messages import Record

#: Numbers of the wire fit in a double (I-JSON, RFC 7493 §2.2), hence in the database.
HIGHEST: Final = 2**53

_FIRST_YEAR, _LAST_YEAR = 2000, 2200

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_COUNTS: Final = frozenset(
    {
        "size",
        "pages",
        "pages_without_text",
        "number",
        "revision",
        "position",
        "lease_days",
        "spread_s",
    }
)


def problems(record: Record) -> Iterator[str]:
    """Yield what is wrong with a record, by name of the field."""
    yield from _fields(record)
    if isinstance(record, Dossier):
        yield from _dossier(record)
    elif isinstance(record, Deliberation):
        if not record.versions or not record.steps:
            yield "deliberation"
        yield from _rising(record.versions)


def _fields(value: object) -> Iterator[str]:
    """Walk all values: instants need a time zone, digests are digests, counts are not negative."""
    if isinstance(value, tuple):
        for each in value:
            yield from _fields(each)
    elif is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            if not _sound(field.name, inner):
                yield field.name
            yield from _fields(inner)


def is_moment(value: datetime) -> bool:
    """Whether an instant is of our time, with a time zone."""
    return value.tzinfo is not None and _FIRST_YEAR <= value.year <= _LAST_YEAR


def _sound(name: str, value: object) -> bool:
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if name == "sha256":
        return value == "" or bool(_DIGEST.fullmatch(str(value)))
    if isinstance(value, int) and name in _COUNTS:
        return 0 <= value < HIGHEST
    return True


def _dossier(record: Dossier) -> Iterator[str]:
    names = [each.document_id for each in record.documents]
    if len(set(names)) != len(names):
        yield "documents"
    for document in record.documents:
        yield from _document(document)


def _document(document: Document) -> Iterator[str]:
    if not document.versions:
        yield "versions"
    yield from _rising(document.versions)


def _rising(versions: tuple[object, ...]) -> Iterator[str]:
    numbers = [getattr(each, "number", 0) for each in versions]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        yield "versions"
