"""The only door by which the server's word enters the store (D3): one reply, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from boardpack.annotation.record import NoteRecord, newest
from boardpack.domain import clock
from boardpack.domain.changes import Changes
from boardpack.domain.dossier import Dossier
from boardpack.domain.errors import SurroundingsError
from boardpack.domain.hlc import NEVER, Stamp
from boardpack.domain.people import Role
from boardpack.domain.records import Access, SealedNote, SharedNote
from boardpack.domain.trust import AssemblyKey
from boardpack.store import (
    cursor,
    elapsed,
    leaving,
    locks,
    meta,
    note_clock,
    notes,
    outbox,
    people,
    plausible,
    reconciling,
    records,
    sent,
    shared_notes,
    trusting,
)
from boardpack.store.connection import Connection
from boardpack.store.database import Store
from boardpack.store.errors import InconsistentReplyError
from boardpack.workflow.transitions import StaleBaseError
from sync.protocol.codec import record_of
from sync.protocol.errors import ServerBehindError, ServerForkedError, is_passing
from sync.protocol.messages import (
    PROTOCOL,
    RECORDS,
    Answer,
    Change,
    DossierPublished,
    Event,
    ExchangeReply,
    Record,
)

OpenNote: TypeAlias = Callable[[bytes], NoteRecord | None]


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
class _Arrival:
    """The records of one reply on their way into the store."""

    connection: Connection
    open_note: OpenNote
    epoch: str
    changes: Changes = field(default_factory=Changes)
    left: list[str] = field(default_factory=list)
    newest: Stamp = NEVER
    reread: set[str] = field(default_factory=set)

    @cached_property
    def official_id(self) -> str:
        """Whose store it is."""
        return _official_id(self.connection)

    def arrive(self, change: Change, record: Record | None) -> None:
        """Put what a change says; while a restored server is read again, deletions wait."""
        if change.kind not in RECORDS:
            # Of a newer server: this program has no place for it, and does not stop at it.
            return
        state = reconciling.under_way(self.connection)
        if state is None or state.read:
            self.put(change, record)
        elif _takes_away(change, record):
            reconciling.freeze(self.connection, change)
        else:
            reconciling.unfreeze(self.connection, change)
            self.put(change, record)

    def put(self, change: Change, record: Record | None) -> None:
        """Put what a change says."""
        match record:
            case None:
                self.changes |= self._remove(change)
            case SealedNote():
                opened = _opened(record, self.open_note, self.official_id)
                self.changes |= records.put_note(self.connection, record, opened)
                self.newest = max([self.newest, *map(newest, opened.values())])
            case SharedNote():
                opened = _opened(record, self.open_note, record.author_id)
                self.changes |= records.put_shared(self.connection, record, opened)
            case Dossier():
                self._take(trusting.take_dossier(self.connection, record), change.feed)
            case AssemblyKey():
                self._take(trusting.take_key(self.connection, record, self.epoch), change.feed)
            case _:
                self.changes |= records.put(self.connection, record)
        if change.kind == "access":
            self._limit(change.record_id, record)

    def _remove(self, change: Change) -> Changes:
        if change.kind in trusting.KEPT:
            return trusting.refuse_removal(self.connection, change.kind, change.record_id)
        return records.remove(self.connection, change.kind, change.record_id)

    def _take(self, taken: trusting.Taken, feed: str) -> None:
        self.changes |= taken.changes
        if taken.reread:
            self.reread.add(feed)

    def _limit(self, assembly_id: str, record: Record | None) -> None:
        """Take away what an access change ends. Only an explicit word does: absence never does.

        A mandate that is over closes its dossiers, and leaves time to export notes. Access that was
        taken for a cause, or whose record is gone, leaves nothing.
        """
        connection = self.connection
        if isinstance(record, Access) and record.granted:
            self.changes |= locks.end_ending(connection, assembly_id)
        elif isinstance(record, Access) and not record.immediate:
            if people.knows(connection, assembly_id):
                self.changes |= locks.begin_ending(connection, assembly_id)
        else:
            self.changes |= leaving.leave(connection, assembly_id)
            self.left.append(assembly_id)
            return
        if Role.SECRETARY_OFFICE not in record.roles:
            self.changes |= leaving.leave_secretariat(connection, assembly_id)


def apply(store: Store, reply: ExchangeReply, open_note: OpenNote) -> Applied:
    """Apply a reply, whole or not at all: answers, records, cursor.

    Args:
        store: where.
        reply: what the server answered.
        open_note: opens what is sealed to this person; None when it cannot (another identity).

    Raises:
        UnreadableMessageError: a record cannot be read; nothing was changed.
        InconsistentReplyError: numbers go back, or records do not fit; nothing was changed.
        OtherProtocolError: the server speaks another version.
    """
    if reply.protocol != PROTOCOL:
        raise OtherProtocolError(theirs=reply.protocol, ours=PROTOCOL)
    if not plausible.is_moment(reply.server_time):
        raise InconsistentReplyError(kind="server_time")
    arrived = tuple((change, _checked(change)) for change in reply.changes)
    _check_numbers(reply)
    with store.transaction() as connection:
        before = cursor.load(connection)
        _require_same_history(before, reply)
        if before.epoch and before.epoch != reply.epoch:
            reconciling.begin(connection, reply.epoch, reply.server_time)
        deferred = _deferred(connection, reply.answers)
        kept = {each.event_id for each in deferred}
        answered = outbox.answered(
            connection, (each for each in reply.answers if each.event_id not in kept)
        )
        arrival = _Arrival(connection, open_note, reply.epoch)
        for change, record in arrived:
            arrival.arrive(change, record)
        more = reply.more or bool(arrival.reread)
        settled = 0
        if not more:
            for change in reconciling.thaw(connection):
                arrival.put(change, record_of(change))
            settled = sent.settle(connection, reply.server_time) + outbox.drop_quiet(connection)
        feeds = {name: at for name, at in reply.cursor.items() if name not in arrival.reread}
        cursor.save(connection, reply.epoch, feeds, reply.heads)
        after = cursor.load(connection)
        reconciling.note_disagreement(connection, "")
        meta.save_last_contact(connection, clock.now())
        note_clock.meet(connection, reply.server_time, arrival.newest)
        elapsed.heard(connection, reply.server_time)
    return Applied(
        changes=arrival.changes | Changes(outbox=bool(answered or settled)),
        more=more,
        moved=bool(answered or deferred) or before != after,
        left=tuple(arrival.left),
        deferred=deferred,
    )


def _deferred(connection: Connection, answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return the answers "not now" to events that wait here: others would be asked for ever.

    For some time after the server was restored from a backup a refusal is one, too, where what the
    event needs may have been lost, and is sent again by another device.
    """
    patient = reconciling.is_patient(connection)
    passing = {
        each.event_id: each
        for each in answers
        if not each.accepted
        and (is_passing(each.code) or (patient and reconciling.may_mend(each.code)))
    }
    rows = outbox.by_ids(connection, passing)
    return tuple(
        passing[row.event_id] for row in rows if not _overtaken(row.event, passing[row.event_id])
    )


def _overtaken(event: Event, answer: Answer) -> bool:
    """Whether somebody else sent the revision meanwhile: no waiting helps."""
    return (
        isinstance(event, DossierPublished)
        and answer.code == StaleBaseError.code
        and int(answer.parameters.get("revision", 0)) >= event.dossier.revision
    )


def _takes_away(change: Change, record: Record | None) -> bool:
    """Whether a change removes something, a whole assembly or its secretariat's part."""
    if isinstance(record, Access):
        return not record.granted or Role.SECRETARY_OFFICE not in record.roles
    return record is None and change.gone


def _require_same_history(before: cursor.Cursor, reply: ExchangeReply) -> None:
    """Refuse a reply of a server that went back without saying so; it should have said it itself.

    Raises:
        ServerBehindError: an earlier epoch (they sort by time), or a lower number.
        ServerForkedError: another head at the same number.
    """
    if reply.epoch < before.epoch:
        raise ServerBehindError
    if reply.epoch != before.epoch:
        return
    for feed, seq in reply.cursor.items():
        held = before.feeds.get(feed, 0)
        if seq < held:
            raise ServerBehindError
        heads = {before.heads.get(feed, ""), reply.heads.get(feed, "")} - {""}
        if seq == held and len(heads) > 1:
            raise ServerForkedError


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


def reopen(store: Store, open_note: OpenNote) -> int:
    """Open what arrived before its identity did; return in how many notes more became readable.

    The server's word on them stays as it is: only their clear form is added.
    """
    with store.transaction() as connection:
        me = _official_id(connection)
        shut = [(each, _opened(each, open_note, me)) for each in notes.unreadable(connection)]
        readable = [(sealed, opened) for sealed, opened in shut if opened]
        for sealed, opened in readable:
            records.put_note(connection, sealed, opened)
        for shared in shared_notes.unreadable(connection):
            opened = _opened(shared, open_note, shared.author_id)
            records.put_shared(connection, shared, opened)
    return len(readable)


def _official_id(connection: Connection) -> str:
    enrolled = meta.enrolled(connection)
    return enrolled.official_id if enrolled else ""


def _opened(
    sealed: SealedNote | SharedNote, open_note: OpenNote, author_id: str
) -> dict[str, NoteRecord]:
    """Open each version.

    One that holds another note, or another author's than it is told to be, was put there by
    somebody who cheats.
    """
    found = ((each.version_id, open_note(each.ciphertext)) for each in sealed.versions)
    return {
        version_id: record
        for version_id, record in found
        if record is not None
        and record.note_id == sealed.note_id
        and author_id in {"", record.author_id}
    }
