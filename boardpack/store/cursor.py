"""How far each feed was read (D8), and the server's epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from boardpack.store import meta
from boardpack.store.connection import Connection
from sync.protocol import heads

_EPOCH: Final = "epoch"


@dataclass(frozen=True)
class Cursor:
    """Feed → number of the last change applied; `epoch` is empty before the first exchange.

    Attributes:
        heads: feed → head at that number, empty where the server did not tell it.
    """

    epoch: str
    feeds: dict[str, int]
    heads: dict[str, str] = field(default_factory=dict)

    @property
    def seal(self) -> str:
        """One digest of numbers and heads, for the server to compare."""
        return heads.seal(self.feeds, self.heads)


def load(connection: Connection) -> Cursor:
    """Return how far this device has read."""
    rows = connection.execute("SELECT feed, seq, head FROM cursor ORDER BY feed").fetchall()
    return Cursor(
        meta.read(connection, _EPOCH, str) or "",
        {row["feed"]: row["seq"] for row in rows},
        {row["feed"]: row["head"] for row in rows if row["head"]},
    )


def forget(connection: Connection) -> None:
    """Read every feed from its start at the next exchange."""
    connection.execute("DELETE FROM cursor")
    meta.delete(connection, _EPOCH)


def save(
    connection: Connection, epoch: str, feeds: Mapping[str, int], heads: Mapping[str, str]
) -> None:
    """Write the whole new cursor; feeds that it does not name are forgotten.

    Args:
        connection: to the store.
        epoch: of the server.
        feeds: feed → number.
        heads: of feeds whose number changed; another one's stays as it is.
    """
    before = load(connection)
    known = {
        feed: head
        for feed, head in before.heads.items()
        if before.epoch == epoch and before.feeds[feed] == feeds.get(feed)
    }
    rows = [(feed, seq, heads.get(feed) or known.get(feed, "")) for feed, seq in feeds.items()]
    connection.execute("DELETE FROM cursor")
    connection.executemany("INSERT INTO cursor (feed, seq, head) VALUES (?, ?, ?)", rows)
    meta.write(connection, _EPOCH, epoch)
