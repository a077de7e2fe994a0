"""A person keeps a sealed note of their own; the server cannot read it (D6).

Not audited, so that IT cannot watch who annotates when; `AppliedEvent` has what retries need.
"""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock
from sync.protocol.errors import BadEventError
from sync.protocol.messages import NoteSealed, official_feed
from sync.server import feeds, records
from sync.server.access import Person
from sync.server.actions import checks
from sync.server.models import SealedNote
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF
MAX_SIZE: Final = 1024 * 1024


def do_keep_note(person: Person, event: NoteSealed) -> None:
    """Keep the newest state of the note; to be called in a transaction.

    Raises:
        BadEventError: larger than `MAX_SIZE`.
    """
    checks.identifier(event.note_id, "note_id")
    if len(event.ciphertext) > MAX_SIZE:
        raise BadEventError(what="ciphertext")
    row, _ = SealedNote.objects.update_or_create(
        official=person.official,
        note_id=event.note_id,
        defaults={
            "ciphertext": event.ciphertext,
            "deleted": event.deleted,
            "updated_at": clock.now(),
        },
    )
    feeds.append([official_feed(person.official.id)], records.note(row))
