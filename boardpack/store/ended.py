"""That the server does not want this device any more, in its signed word; how far it was obeyed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from boardpack.store import meta
from boardpack.store.connection import Connection
from sync.protocol.notices import Notice, Purpose

_NAME: Final = "ended"


@dataclass(frozen=True)
class Ended:
    """What is known of the end of this device.

    Attributes:
        notice: whose signature was verified before it was kept.
        drained: everything that may be handed in was.
        tries: exchanges that began since, without all being handed in.
    """

    notice: Notice
    drained: bool = False
    tries: int = 0

    @property
    def replaced(self) -> bool:
        """Another device took its place; False: IT revoked it."""
        return self.notice.purpose is Purpose.RETIRED

    @property
    def to_wipe(self) -> bool:
        """IT ordered that it be erased."""
        return self.notice.purpose is Purpose.WIPE


def load(connection: Connection) -> Ended | None:
    """Return the end of this device, None while it is in use."""
    return meta.read(connection, _NAME, Ended)


def save(connection: Connection, ended: Ended) -> None:
    """Keep it, in the caller's transaction."""
    meta.write(connection, _NAME, ended)


def forget(connection: Connection) -> None:
    """The server wants the device after all (it was restored from before the revocation)."""
    meta.delete(connection, _NAME)
