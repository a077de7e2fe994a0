"""Looking at what the database says: account, outbox, feeds, references."""

from __future__ import annotations

import msgspec

from boardpack.services.health.errors import (
    AccountMissingError,
    ActionFileMissingError,
    ActionsMissingError,
    ActionUnreadableError,
    CursorError,
    ReferencesError,
)
from boardpack.services.health.findings import Finding, Mend, found
from boardpack.store import cursor, documents, meta, outbox, own, wanted
from boardpack.store.connection import Connection
from boardpack.store.errors import DamagedStoreError
from boardpack.store.own_log import Reading
from sync.protocol import codec
from sync.protocol.codec import UnreadableMessageError

_HIGHEST = 2**53


def look(connection: Connection, log: Reading | None) -> list[Finding]:
    """Return what does not make sense in the content of a database that is whole."""
    findings = [*_account(connection, log), *_cursor(connection), *_references(connection)]
    missing = own.lacking(connection, log.rows) if log else 0
    if missing:
        findings.append(found(ActionsMissingError, Mend.HERE, count=missing))
    unreadable = unreadable_actions(connection)
    if unreadable:
        findings.append(found(ActionUnreadableError, Mend.PERSON, count=len(unreadable)))
    else:
        findings += _action_files(connection)
    return findings


def _account(connection: Connection, log: Reading | None) -> list[Finding]:
    try:
        if meta.enrolled(connection) is not None:
            return []
    except DamagedStoreError:
        pass
    logged = log is not None and ("meta", (meta.ENROLLED,)) in own.latest(log.rows)
    return [found(AccountMissingError, Mend.HERE if logged else Mend.PERSON)]


def _cursor(connection: Connection) -> list[Finding]:
    try:
        position = cursor.load(connection)
    except DamagedStoreError:
        return [found(CursorError, Mend.SERVER)]
    sound = all(isinstance(seq, int) and 0 <= seq < _HIGHEST for seq in position.feeds.values())
    if not sound or (position.feeds and not position.epoch):
        return [found(CursorError, Mend.SERVER)]
    return []


def _references(connection: Connection) -> list[Finding]:
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [found(ReferencesError, Mend.SERVER, count=len(broken))] if broken else []


def unreadable_actions(connection: Connection) -> tuple[str, ...]:
    """Return the identifiers of actions whose event cannot be read."""
    broken = []
    for row in connection.execute("SELECT event_id, event, parameters FROM outbox").fetchall():
        try:
            codec.decode_event(row["event"])
            msgspec.json.decode(row["parameters"], type=dict[str, str | int])
        except (UnreadableMessageError, msgspec.MsgspecError):
            broken.append(row["event_id"])
    return tuple(broken)


def _action_files(connection: Connection) -> list[Finding]:
    """Return a finding for each file that waits to be sent and is not here."""
    here = documents.available(connection)
    skip: set[str] = set()
    findings = []
    while batch := wanted.pending(connection, skip=skip):
        for pending in batch:
            skip.add(pending.event_id)
            findings += [
                found(ActionFileMissingError, Mend.PERSON, sha256)
                for sha256 in pending.uploads
                if sha256 not in here
            ]
    return findings


def waiting(connection: Connection) -> int:
    """Return how many actions wait to be sent."""
    return outbox.counts(connection).waiting
