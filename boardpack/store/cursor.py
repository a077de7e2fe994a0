"""How far each feed was read (D8), and the server's epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from boardpack.store import meta
from boardpack.store.connection import Connection

_EPOCH: Final = "epoch"


@dataclass(frozen=True)
class Cursor:
    """Feed → number of the last change applied; `epoch` is empty before the first exchange."""

    epoch: str
    feeds: dict[str, int]


def load(connection: Connection) -> Cursor:
    """Return how far this device has read."""
    rows = connection.execute("SELECT feed, seq FROM cursor ORDER BY feed")
    feeds = {row["feed"]: row["seq"] for row in rows}
    return Cursor(meta.read(connection, _EPOCH, str) or "", feeds)


def save(connection: Connection, epoch: str, feeds: Mapping[str, int]) -> None:
    """Write the whole new cursor; feeds that it does not name are forgotten."""
    connection.execute("DELETE FROM cursor")
    connection.executemany("INSERT INTO cursor (feed, seq) VALUES (?, ?)", feeds.items())
    meta.write(connection, _EPOCH, epoch)
