"""Everything that a server's database holds, and how to look for a word in it."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator

from django.db import connection

from tests.helpers import postgres


def dump() -> bytes:
    """Return the whole database as its own program writes it."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        return "\n".join(connection.connection.iterdump()).encode()
    facts = connection.settings_dict
    done = subprocess.run(
        [
            postgres.binaries() / "pg_dump",
            *("--host", facts["HOST"], "--port", str(facts["PORT"]), "--username", facts["USER"]),
            facts["NAME"],
        ],
        capture_output=True,
        check=True,
        env=os.environ | {"PGPASSWORD": facts["PASSWORD"]},
    )
    return done.stdout


def shapes(word: str) -> Iterator[bytes]:
    """Yield how a word may stand in a dump: as it is or in base64, each perhaps in hexadecimal."""
    data = word.encode()
    shifted = (base64.b64encode(b"\0" * by + data)[4 if by else 0 : -4] for by in range(3))
    for form in (data, *shifted):
        yield from (form, form.hex().encode(), form.hex().upper().encode())


def found(word: str, *places: bytes) -> bool:
    """Whether a word stands in any of these, in any of its shapes."""
    return any(shape in place for place in places for shape in shapes(word))
