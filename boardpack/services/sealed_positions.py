"""Reading positions follow the person to their next device, sealed. Store lane.

One small record a document, its identifier a keyed digest and its size always the same: the server
can tell neither what is read nor how far. A reading in progress is sealed every few minutes at
most, a closed document with the next exchange; the latest place counts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from boardpack.domain import clock, ids
from boardpack.domain.changes import NOTHING, Changes
from boardpack.services.context import Context
from boardpack.services.own_keys import OwnKeys
from boardpack.store import outbox, plausible, positions
from boardpack.store.positions import StoredPosition
from sync.protocol.messages import PositionSealed

EVERY: Final = timedelta(minutes=5)
#: Longer than any position as JSON, so that all have the same length.
_LENGTH: Final = 320


def seal_changed(context: Context, keys: OwnKeys) -> int:
    """Put the places that are due in the outbox; return how many."""
    now = clock.now()
    due = positions.to_seal(context.store.connection, now - EVERY)
    if not due:
        return 0
    with context.store.transaction() as connection:
        for each in due:
            label = keys.label(each.document_id)
            content = msgspec.json.encode(each).ljust(_LENGTH)
            event = PositionSealed(ids.new_id(), now, label, keys.seal(content))
            outbox.append(connection, event, subject_id=label)
            positions.sealed(connection, each.document_id, now)
    return len(due)


def open_arrived(context: Context, keys: OwnKeys) -> Changes:
    """Open the places that came from the server; return which documents moved."""
    came = positions.arrived(context.store.connection)
    if not came:
        return NOTHING
    moved: set[str] = set()
    with context.store.transaction() as connection:
        for each in came:
            position = _read(keys.open(each.ciphertext))
            positions.tried(connection, each.position_id, opened=position is not None)
            if position is not None and positions.follow(connection, position):
                moved.add(position.document_id)
    return Changes(documents=frozenset(moved))


def _read(content: bytes | None) -> StoredPosition | None:
    """Read a place. Anybody can seal to a public recipient, so it must make sense as well."""
    try:
        position = msgspec.json.decode(content or b"", type=StoredPosition)
    except msgspec.MsgspecError:
        return None
    sound = position.at.tzinfo is not None and 0 <= position.page < plausible.HIGHEST
    return position if sound else None
