"""The only door by which the server's word enters the store (D3): one reply, one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from boardpack.annotation import codec as note_codec
from boardpack.annotation.note import Note
from boardpack.domain import clock
from boardpack.domain.changes import Changes
from boardpack.domain.errors import SurroundingsError
from boardpack.domain.people import Role
from boardpack.domain.records import Access, SealedNote
from boardpack.store import cursor, leaving, meta, outbox, plausible, records
from boardpack.store.connection import Connection
from boardpack.store.database import Store
from boardpack.store.errors import InconsistentReplyError
from sync.protocol.codec import record_of
from sync.protocol.errors import BY_CODE, ServerDefectError
from sync.protocol.messages import PROTOCOL, RECORDS, Answer, Change, ExchangeReply, Record

OpenNote: TypeAlias = Callable[[SealedNote], Note | None]


class OtherProtocolError(SurroundingsError):
    """The server speaks another version of the exchange."""

    code = "sync.other_protocol"


@dataclass(frozen=True)
class Applied:
    """What one reply did.

    Attributes:
        moved: something came or was answered; a server that says `more` and moves nothing is
            broken.
        left: assemblies whose dossiers were wiped: their files go now.
        deferred: answers of events that stay waiting: the server could not, this time.
    """

    changes: Changes
    more: bool
    moved: bool
    left: tuple[str, ...] = ()
    deferred: tuple[Answer, ...] = ()


@dataclass
class _Gathered:
    changes: Changes = field(default_factory=Changes)
    left: list[str] = field(default_factory=list)


def apply(store: Store, reply: ExchangeReply, open_note: OpenNote) -> Applied:
    """Apply a reply, whole or not at all: answers, records, cursor.

    Args:
        store: where.
        reply: what the server answered.
        open_note: opens one of this person's sealed notes; None when it cannot (another identity).

    Raises:
        UnreadableMessageError: a record cannot be read; nothing was changed.
        InconsistentReplyError: numbers go back, or records do not fit; nothing was changed.
        OtherProtocolError: the server speaks another version.
    """
    if reply.protocol != PROTOCOL:
        raise OtherProtocolError(theirs=reply.protocol, ours=PROTOCOL)
    arrived = tuple((change, _checked(change)) for change in reply.changes)
    _check_numbers(reply)
    gathered = _Gathered()
    with store.transaction() as connection:
        before = cursor.load(connection)
        answered = outbox.answered(connection, (each for each in reply.answers if _final(each)))
        for change, record in arrived:
            _put(connection, change, record, open_note, gathered)
        cursor.save(connection, reply.epoch, reply.cursor)
        settled = 0 if reply.more else outbox.settle(connection)
        meta.save_last_contact(connection, clock.now())
    return Applied(
        changes=gathered.changes | Changes(outbox=bool(answered or settled)),
        more=reply.more,
        moved=bool(reply.answers) or before != cursor.Cursor(reply.epoch, reply.cursor),
        left=tuple(gathered.left),
        deferred=tuple(each for each in reply.answers if not _final(each)),
    )


def _final(answer: Answer) -> bool:
    """Whether the answer settles the event; "not now" (its disk full, its own defect) does not.

    Such an event stays waiting: it is the same event, so sending it again is safe (D10).
    """
    kind = BY_CODE.get(answer.code)
    passing = kind is not None and issubclass(kind, (SurroundingsError, ServerDefectError))
    return answer.accepted or not passing


def _checked(change: Change) -> Record | None:
    """Read a change's record; it must make sense and be the one that the change names."""
    record = record_of(change)
    if record is None:
        return None
    if str(getattr(record, RECORDS[change.kind][1])) != change.record_id:
        raise InconsistentReplyError(kind=change.kind)
    for problem in plausible.problems(record):
        raise InconsistentReplyError(kind=problem)
    return record


def _check_numbers(reply: ExchangeReply) -> None:
    """Numbers rise within a feed, and the new cursor covers them."""
    last: dict[str, int] = {}
    for change in reply.changes:
        if change.seq <= last.get(change.feed, 0):
            raise InconsistentReplyError(kind="order")
        last[change.feed] = change.seq
    if any(seq > reply.cursor.get(feed, 0) for feed, seq in last.items()):
        raise InconsistentReplyError(kind="cursor")
    if not all(0 <= seq < plausible.HIGHEST for seq in reply.cursor.values()):
        raise InconsistentReplyError(kind="cursor")


def _put(
    connection: Connection,
    change: Change,
    record: Record | None,
    open_note: OpenNote,
    gathered: _Gathered,
) -> None:
    if change.kind not in RECORDS:
        # A kind of a newer server: this program has no place for it, and does not stop at it.
        return
    if record is None:
        gathered.changes |= records.remove(connection, change.kind, change.record_id)
    elif isinstance(record, SealedNote):
        note = None if record.deleted else open_note(record)
        content = None if note is None else note_codec.encode(note)
        gathered.changes |= records.put_note(connection, record, note, content)
    else:
        gathered.changes |= records.put(connection, record)
    if change.kind == "access":
        _limit(connection, change, record, gathered)


def _limit(
    connection: Connection, change: Change, record: Record | None, gathered: _Gathered
) -> None:
    """Forget what an access change takes away. Only an explicit word does: absence never wipes."""
    if not isinstance(record, Access) or not record.granted:
        gathered.changes |= leaving.leave(connection, change.record_id)
        gathered.left.append(change.record_id)
    elif Role.SECRETARY_OFFICE not in record.roles:
        gathered.changes |= leaving.leave_secretariat(connection, change.record_id)
