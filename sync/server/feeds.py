"""The change feeds (D8): numbers are allotted under the feed's row lock.

A reader can therefore never see number n+1 while n is still to be committed: whoever wants n+1
waits for n's transaction. Records are whole, so a newer change replaces the older one of the same
record; numbers are gapless as they are allotted, and rise in what a reader gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import msgspec
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length

from boardpack.domain import clock
from boardpack.domain.errors import BoardpackError, BugError
from sync.protocol import codec, heads
from sync.protocol.errors import ServerBehindError, ServerForkedError
from sync.protocol.messages import GONE, MAX_CHANGES, RECORDS, Change as WireChange, Record
from sync.server.models import Change, Feed, FeedHead

#: A reply stops growing here, so that no device has to hold a whole library of notes at once.
MAX_REPLY_BYTES = 4 * 1024 * 1024
_NAME = re.compile(r"(?:assembly|secretariat|official):[0-9a-f-]{36}")
_HIGHEST = 2**53
_KINDS = {kind: (name, key) for name, (kind, key) in RECORDS.items()}


class NoTransactionError(BugError):
    """A feed was written outside a transaction."""

    code = "server.no_transaction"


@dataclass(frozen=True)
class Page:
    """One page of changes, the cursor after it, and whether more wait.

    Attributes:
        heads: of the feeds that stand elsewhere than the reader said.
    """

    changes: tuple[WireChange, ...]
    cursor: dict[str, int]
    more: bool
    heads: dict[str, str]


def append(names: Iterable[str], record: Record) -> None:
    """Append the present state of `record` to each feed, in the caller's transaction.

    Feeds are locked in the order of their names, so that two writers cannot wait for each other.
    """
    kind, key = _KINDS[type(record)]
    body = codec.encode(record)
    for name in sorted(set(names)):
        _append(name, kind, str(getattr(record, key)), body)


def append_gone(names: Iterable[str], kind: str, record_id: str) -> None:
    """Append that a record is gone to each feed."""
    for name in sorted(set(names)):
        _append(name, kind, record_id, None)


def withdraw(name: str, record: Record) -> None:
    """Take a record's change out of a feed without a word: another feed of the same readers has it.

    In the caller's transaction.
    """
    kind, key = _KINDS[type(record)]
    record_id = str(getattr(record, key))
    Change.objects.filter(feed=name, kind=kind, record_id=record_id).delete()


def _append(name: str, kind: str, record_id: str, body: bytes | None) -> None:
    if not connection.in_atomic_block:
        raise NoTransactionError(feed=name)
    feed = _lock(name)
    now = clock.now()
    feed.seq += 1
    feed.head = heads.next_head(feed.head, feed.seq, kind, record_id, body)
    feed.save(update_fields=["seq", "head"])
    FeedHead.objects.create(feed=feed, seq=feed.seq, head=feed.head, at=now)
    Change.objects.filter(feed=feed, kind=kind, record_id=record_id).delete()
    Change.objects.create(
        feed=feed, seq=feed.seq, kind=kind, record_id=record_id, body=body, at=now
    )


def _lock(name: str) -> Feed:
    feed = Feed.objects.select_for_update().filter(name=name).first()
    if feed is None:
        Feed.objects.get_or_create(name=name)
        feed = Feed.objects.select_for_update().get(name=name)
    return feed


def read(names: Iterable[str], cursor: Mapping[str, int]) -> Page:
    """Return the next page of the feeds `names` after `cursor`.

    A feed that the cursor does not name starts at 0; so does one whose number is higher than the
    server's (`disagreement` says so before).
    """
    ordered = list(names)
    counters = dict(Feed.objects.filter(name__in=ordered).values_list("name", "seq"))
    after: dict[str, int] = {}
    changes: list[WireChange] = []
    room = MAX_REPLY_BYTES
    for name in ordered:
        last = counters.get(name, 0)
        start = cursor.get(name, 0)
        start = start if 0 <= start <= last else 0
        after[name] = start
        if start == last or room <= 0 or len(changes) >= MAX_CHANGES:
            continue
        found, reached, room = _slice(name, start, last, MAX_CHANGES - len(changes), room)
        changes += found
        after[name] = reached
    more = any(after[name] < counters.get(name, 0) for name in ordered)
    moved = {name: seq for name, seq in after.items() if cursor.get(name) != seq}
    return Page(tuple(changes), after, more, _heads(moved))


def counters() -> dict[str, int]:
    """Return the number of every feed."""
    return dict(Feed.objects.values_list("name", "seq"))


def places(names: Iterable[str]) -> dict[str, int]:
    """Return the cursor of a reader who has read all of the feeds `names`."""
    ordered = list(names)
    found = dict(Feed.objects.filter(name__in=ordered).values_list("name", "seq"))
    return {name: found.get(name, 0) for name in ordered}


def is_place(name: str, number: int) -> bool:
    """Tell whether a cursor may hold this; numbers fit in a double (I-JSON, RFC 7493 §2.2)."""
    return _NAME.fullmatch(name) is not None and 0 <= number < _HIGHEST


def disagreement(cursor: Mapping[str, int], seal: str) -> type[BoardpackError] | None:
    """Return why this server cannot have told a reader what it holds, None when it may have.

    Heads that were forgotten, or never known to the reader, prove nothing.
    """
    counters = dict(Feed.objects.filter(name__in=list(cursor)).values_list("name", "seq"))
    if any(seq > counters.get(name, 0) for name, seq in cursor.items()):
        return ServerBehindError
    if not seal:
        return None
    ours = heads.seal(cursor, _heads(cursor))
    return ServerForkedError if ours and ours != seal else None


def _heads(places: Mapping[str, int]) -> dict[str, str]:
    """Return the head of each feed at a number; none where it was forgotten, or at 0."""
    present = {
        name: (seq, head)
        for name, seq, head in Feed.objects.filter(name__in=list(places)).values_list(
            "name", "seq", "head"
        )
    }
    found = {name: head for name, (seq, head) in present.items() if places[name] == seq and head}
    earlier = [(name, seq) for name, seq in places.items() if name not in found and seq]
    if earlier:
        wanted = reduce(or_, (Q(feed=name, seq=seq) for name, seq in earlier))
        found |= dict(FeedHead.objects.filter(wanted).values_list("feed", "head"))
    return found


def _slice(
    name: str, start: int, last: int, limit: int, room: int
) -> tuple[list[WireChange], int, int]:
    """Return the changes of one feed that fit, the number reached, the room left."""
    reached, room = _reach(name, start, last, limit, room)
    rows = Change.objects.filter(feed=name, seq__gt=start, seq__lte=reached).order_by("seq")
    found = [
        WireChange(
            name,
            row.seq,
            row.kind,
            row.record_id,
            GONE if row.body is None else msgspec.Raw(bytes(row.body)),
        )
        for row in rows
    ]
    return found, reached, room


def _reach(name: str, start: int, last: int, limit: int, room: int) -> tuple[int, int]:
    """Return up to which number changes fit, and the room left; sizes only, no bodies are read.

    At least one change always fits, whatever its size: otherwise a reader would never go on.
    """
    rows = Change.objects.filter(feed=name, seq__gt=start, seq__lte=last).order_by("seq")
    sizes = list(rows.values_list("seq", Length("body"))[: limit + 1])
    reached = start
    for seq, size in sizes[:limit]:
        if room <= 0:
            return reached, room
        reached, room = seq, room - (size or 0)
    return (last, room) if len(sizes) <= limit else (reached, room)
