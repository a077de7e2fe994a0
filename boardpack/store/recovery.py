"""How this person's recovery words stand, and the wrapped identities that the server holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from boardpack.domain.records import SealedIdentity
from boardpack.store import meta
from boardpack.store.connection import Connection

_NAME: Final = "recovery"


@dataclass(frozen=True)
class Words:
    """How the recovery words stand on this device; the words themselves are never kept.

    Attributes:
        kid: mark of the words in force, empty while none were made or typed here.
        since: when they came into force.
        blob: what the server is to keep for them, so that it can be sent again.
        noted: the person proved to have them on paper.
        entropy: of words that wait to be noted: those in force, or (once `noted`) newer ones that
            come into force when they are noted. Empty otherwise: then only the paper has them.
        asked: the server keeps a former identity, and the person has neither typed its words nor
            said that they have none.
    """

    kid: str = ""
    since: datetime | None = None
    blob: bytes = b""
    noted: bool = False
    entropy: bytes = b""
    asked: bool = False


def words(connection: Connection) -> Words | None:
    """Return how the words stand, None when nothing was ever said of them."""
    return meta.read(connection, _NAME, Words)


def save_words(connection: Connection, state: Words) -> None:
    """Write how the words stand."""
    meta.write(connection, _NAME, state)


def sealed_identities(connection: Connection) -> tuple[SealedIdentity, ...]:
    """Return the wrapped identities that the server holds, as of the last exchange."""
    rows = connection.execute("SELECT * FROM sealed_identities ORDER BY recipient")
    return tuple(
        SealedIdentity(row["recipient"], bytes(row["ciphertext"]), row["kid"]) for row in rows
    )
