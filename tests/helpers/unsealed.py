"""The command line with encryption switched off: proves that the search for plaintext can fail.

Only a test runs this; the program itself has no such switch.
"""

from __future__ import annotations

import sys
from typing import Any

from boardpack.cli.main import main
from boardpack.sealing.cipher import TAG_SIZE, Seal
from boardpack.store import connection


def plain_segment(self: Seal, _number: int, content: Any, *, last: bool) -> memoryview:
    into = self.sealed[: len(content) + TAG_SIZE]
    into[: len(content)] = content
    return into


def read_plain(_self: Seal, _number: int, sealed: Any, into: memoryview, *, last: bool) -> None:
    into[:] = sealed[: len(into)]


def without_key(_opened: connection.Connection, _key: bytes) -> None:
    """Give the database no key."""


if __name__ == "__main__":
    Seal.close_segment = plain_segment  # type: ignore[method-assign]
    Seal.open_segment = read_plain  # type: ignore[method-assign]
    connection._unlock = without_key
    sys.exit(main())
