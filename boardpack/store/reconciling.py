"""A server that was restored from a backup: what this device does until both agree again.

It began when the server told another epoch than before. Until every feed was read again from its
start nothing is deleted on the server's word; meanwhile the server is asked, a batch at a time,
which of the events that it had accepted it still knows, and gets the others once more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from boardpack.domain import clock
from boardpack.store import journal, meta, sent
from boardpack.store.connection import Connection
from boardpack.workflow.transitions import (
    IllegalTransitionError,
    NotYourTurnError,
    StaleBaseError,
)
from sync.protocol.errors import NoAccessError, WrongManifestError
from sync.protocol.messages import GONE, Change

_STATE: Final = "reconcile"
_LAST: Final = "reconciled"
_DISAGREEMENT: Final = "disagreement"
#: Identifiers that one request asks about: 36 bytes each.
BATCH: Final = 1000
#: So long after a restore a refusal may come from what others have not sent again yet; afterwards
#: the person is told.
PATIENCE: Final = timedelta(days=30)
#: What a server says that has not the sitting, the revision or the circuit (any more).
_LOST: Final = frozenset(
    {
        NoAccessError.code,
        WrongManifestError.code,
        StaleBaseError.code,
        IllegalTransitionError.code,
        NotYourTurnError.code,
    }
)


@dataclass(frozen=True)
class Reconcile:
    """What goes on. `asked`: place of the last event that the server was asked about."""

    epoch: str
    since: datetime
    asked: int = 0
    again: int = 0
    read: bool = False


@dataclass(frozen=True)
class Reconciled:
    """How it ended. `again`: how many actions were sent again."""

    at: datetime
    again: int


def under_way(connection: Connection) -> Reconcile | None:
    """Return what goes on, None when both agree."""
    return meta.read(connection, _STATE, Reconcile)


def last(connection: Connection) -> Reconciled | None:
    """Return how the last one ended, None when there was none."""
    return meta.read(connection, _LAST, Reconciled)


def disagreement(connection: Connection) -> str:
    """Return the code by which the server last disagreed without a word of restoring, or empty."""
    return meta.read(connection, _DISAGREEMENT, str) or ""


def note_disagreement(connection: Connection, code: str) -> None:
    """Remember that it disagrees; empty: it answers as it should."""
    if code:
        journal.write(connection, code)
        meta.write(connection, _DISAGREEMENT, code)
    elif disagreement(connection):
        meta.delete(connection, _DISAGREEMENT)


def begin(connection: Connection, epoch: str, at: datetime) -> Reconcile:
    """Begin, or begin again: the server tells a new epoch. `at` is its time."""
    # What it accepted before is what it may have lost.
    sent.settle(connection, at)
    state = Reconcile(epoch, clock.now())
    meta.write(connection, _STATE, state)
    connection.execute("DELETE FROM frozen")
    _doubt_packs(connection)
    journal.write(connection, "reconcile_begun", epoch)
    return state


def _doubt_packs(connection: Connection) -> None:
    """Let go, in the end, what was sent ahead unless it is told again: its key may be lost."""
    for row in connection.execute("SELECT sitting_id FROM sealed_dossiers").fetchall():
        freeze(connection, Change("", 0, "sealed_dossier", row["sitting_id"], GONE))


def freeze(connection: Connection, change: Change) -> None:
    """Keep a deletion for later."""
    connection.execute(
        "INSERT OR REPLACE INTO frozen (kind, record_id, change) VALUES (?, ?, ?)",
        (change.kind, change.record_id, msgspec.json.encode(change)),
    )


def unfreeze(connection: Connection, change: Change) -> None:
    """Forget a deletion: the record is told again, alive."""
    connection.execute(
        "DELETE FROM frozen WHERE kind = ? AND record_id = ?", (change.kind, change.record_id)
    )


def thaw(connection: Connection) -> tuple[Change, ...]:
    """Return the deletions that count now: every feed was read again."""
    state = under_way(connection)
    if state is not None:
        meta.write(connection, _STATE, replace(state, read=True))
    rows = connection.execute("SELECT change FROM frozen ORDER BY place").fetchall()
    connection.execute("DELETE FROM frozen")
    return tuple(msgspec.json.decode(row["change"], type=Change) for row in rows)


def ask(connection: Connection) -> sent.Asked:
    """Return the next events to ask the server about; none while both agree."""
    state = under_way(connection)
    return sent.after(connection, state.asked, BATCH) if state else sent.Asked()


def answered(connection: Connection, asked: sent.Asked, unknown: tuple[str, ...]) -> None:
    """Send again what the server does not know of what it was asked; end when all is asked."""
    state = under_way(connection)
    if state is None:
        return
    again = sent.put_back(connection, set(unknown) & set(asked.event_ids))
    state = replace(state, asked=max(state.asked, asked.upto), again=state.again + again)
    meta.write(connection, _STATE, state)
    if state.read and not sent.after(connection, state.asked, 1).event_ids:
        meta.write(connection, _LAST, Reconciled(clock.now(), state.again))
        meta.delete(connection, _STATE)
        journal.write(connection, "reconciled", state.epoch, str(state.again))


def is_patient(connection: Connection) -> bool:
    """Tell whether a refusal may come from what others have not sent again yet."""
    ended = last(connection)
    recent = ended is not None and clock.now() - ended.at < PATIENCE
    return recent or under_way(connection) is not None


def may_mend(code: str) -> bool:
    """Tell whether a refusal with this code can be the work of what a restored server lost."""
    return code in _LOST
