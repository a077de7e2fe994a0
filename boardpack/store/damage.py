"""Finding damage in the store, and taking over what is whole."""

from __future__ import annotations

from boardpack.store.connection import Connection
from boardpack.store.errors import DamagedStoreError


def examine(connection: Connection) -> tuple[str, ...]:
    """Return what is damaged, empty when all is whole: every page's HMAC, then the structure."""
    found = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
    if not found:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    return tuple(each for each in found if each != "ok")


def check(connection: Connection) -> None:
    """Raise when the store is damaged.

    Raises:
        DamagedStoreError: with how many findings there are, and the first.
    """
    findings = examine(connection)
    if findings:
        raise DamagedStoreError(findings=len(findings), detail=findings[0])
