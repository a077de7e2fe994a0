"""Small facts of this device, by name: account, preferences, last contact, epoch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from boardpack.store.connection import Connection
from boardpack.store.errors import DamagedStoreError

T = TypeVar("T")

ENROLLED: Final = "enrolled"
_CONTACT: Final = "last_contact"


@dataclass(frozen=True)
class Enrolled:
    """The account of this device, told once at enrolment.

    Attributes:
        server_key: public JWK of the server, pinned; wipe orders are signed by it.
        device_key: private P-256 JWK of this device.
        identity: secret age identity of the official (D6); `recipient` is its public part.
        former_identities: of the same official, for reading only.
    """

    server_url: str
    server_id: str
    server_key: dict[str, str]
    device_id: str
    device_name: str
    device_key: dict[str, str]
    official_id: str
    official_name: str
    authority_names: tuple[str, ...]
    identity: str
    recipient: str
    enrolled_at: datetime
    former_identities: tuple[str, ...] = ()

    @property
    def identities(self) -> tuple[str, ...]:
        """Every identity that this device holds, the present one first."""
        return (self.identity, *self.former_identities)


def get(connection: Connection, name: str) -> bytes | None:
    """Return a fact's bytes, None when it was never written."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row["value"])


def put(connection: Connection, name: str, value: bytes) -> None:
    """Write a fact's bytes."""
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def delete(connection: Connection, name: str) -> None:
    """Forget a fact; none is no error."""
    connection.execute("DELETE FROM meta WHERE name = ?", (name,))


def read(connection: Connection, name: str, kind: type[T]) -> T | None:
    """Return a fact as `kind`, None when it was never written.

    Raises:
        DamagedStoreError: it is not of that kind.
    """
    value = get(connection, name)
    if value is None:
        return None
    try:
        return msgspec.json.decode(value, type=kind)
    except msgspec.MsgspecError as error:
        raise DamagedStoreError(findings=1, detail=name) from error


def write(connection: Connection, name: str, value: object) -> None:
    """Write a fact, as JSON."""
    put(connection, name, msgspec.json.encode(value))


def enrolled(connection: Connection) -> Enrolled | None:
    """Return the account of this device."""
    return read(connection, ENROLLED, Enrolled)


def save_enrolled(connection: Connection, account: Enrolled) -> None:
    """Write the account of this device."""
    write(connection, ENROLLED, account)


def last_contact(connection: Connection) -> datetime | None:
    """Return when the server last answered an exchange, by this device's clock."""
    return read(connection, _CONTACT, datetime)


def save_last_contact(connection: Connection, at: datetime) -> None:
    """Write when the server last answered."""
    write(connection, _CONTACT, at)
