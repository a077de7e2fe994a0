"""What every event must be before any rule of the trade is asked."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from sync.protocol.errors import BadEventError
from sync.server.plain_text import is_digest, printable

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECIPIENT: Final = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_MARK: Final = re.compile(r"[0-9a-f]{16}")
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2200
MAX_COUNT: Final = 2**31 - 1


def is_identifier(value: str) -> bool:
    """Tell whether it is a UUID in lower case."""
    return _ID.fullmatch(value) is not None


def identifier(value: str, what: str) -> None:
    """Refuse what is no UUID in lower case."""
    if not is_identifier(value):
        raise BadEventError(what=what)


def sha256(value: str, what: str) -> None:
    """Refuse what is no SHA-256 in lower-case hexadecimal."""
    if not is_digest(value):
        raise BadEventError(what=what)


def recipient(value: str, what: str) -> None:
    """Refuse what is no age recipient (X25519)."""
    if not _RECIPIENT.fullmatch(value):
        raise BadEventError(what=what)


def mark(value: str, what: str) -> None:
    """Refuse what is no mark of eight bytes in lower-case hexadecimal."""
    if not _MARK.fullmatch(value):
        raise BadEventError(what=what)


def text(value: str, what: str, limit: int, *, empty: bool = True) -> None:
    """Refuse text that is too long, blank where it may not be, or with control characters."""
    if len(value) > limit or not (empty or value.strip()):
        raise BadEventError(what=what)
    if not printable(value):
        raise BadEventError(what=what)


def moment(value: datetime, what: str) -> None:
    """Refuse an instant without time zone, or of another century."""
    if value.tzinfo is None or not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise BadEventError(what=what)


def count(value: int, what: str, *, least: int = 0) -> None:
    """Refuse a number below `least` or beyond what the database holds."""
    if not least <= value <= MAX_COUNT:
        raise BadEventError(what=what)
