"""The canonical bytes of a dossier's content: what receipts name and the assembly's key signs.

Defined here and nowhere else. JSON in the manner of RFC 8785 (sorted names, no blanks, UTF-8),
instants in UTC with microseconds. A member that has its default value is left out, so that a field
added later does not change the digest of what was sent before.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime
from enum import Enum
from typing import Final

#: What the server decides when it publishes, and the signature itself: not part of the content.
OUTSIDE: Final = frozenset({"first_sent_at", "revised_at", "signature", "telling", "spread_s"})
#: Raised when the meaning of the bytes changes; a reader refuses a form that it does not know.
FORM: Final = 1


def canonical(value: object, without: Collection[str] = ()) -> bytes:
    """Return the canonical bytes of a dataclass, less its own fields `without`.

    Raises:
        TypeError: a value that no record of ours holds (a float, say).
        UnicodeEncodeError: half a surrogate pair in a text.
    """
    plain = _plain(value)
    if isinstance(plain, dict):
        plain = {name: each for name, each in plain.items() if name not in without}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest(value: object, without: Collection[str] = ()) -> str:
    """Return the SHA-256 of the canonical bytes, 64 lower-case hexadecimal characters."""
    return hashlib.sha256(canonical(value, without)).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if dataclasses.is_dataclass(value):
        held = {field: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {field.name: _plain(each) for field, each in held.items() if each != field.default}
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    raise TypeError(type(value).__name__)
