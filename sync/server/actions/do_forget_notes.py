"""Notes removed long ago are forgotten: their identifiers stay, so that nothing resurrects them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from boardpack.domain import clock
from sync.protocol.messages import official_feed
from sync.server import audit, feeds, transactions
from sync.server.actions import note_readers
from sync.server.models import NoteReader, NoteVersion, SealedNote
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR
#: A device that was away for less hears of a removal, and merges it with what it wrote itself.
PATIENCE: Final = timedelta(days=400)


def do_forget_notes(actor: Acting, *, dry_run: bool = False) -> int:
    """Forget notes of which only tombstones older than `PATIENCE` are left, or only count them."""
    operator = require_operator(actor)
    before = clock.now() - PATIENCE
    old = NoteVersion.objects.filter(deleted=True, received_at__lt=before)
    notes = sorted(set(old.values_list("note_id", flat=True)))
    if dry_run:
        return sum(not _alive(key, before) for key in notes)
    forgotten = sum(transactions.run(partial(_forget, key)) for key in notes)
    if forgotten:
        audit.record(operator, "forget_notes", "", count=forgotten)
    return forgotten


def _forget(key: str) -> bool:
    row = SealedNote.objects.select_for_update().get(id=key)
    before = clock.now() - PATIENCE
    if _alive(key, before):
        return False
    NoteVersion.objects.filter(note=row).delete()
    row.forgotten, row.assembly, row.group = True, None, None
    row.save(update_fields=["forgotten", "assembly", "group"])
    note_readers.tell(row)
    NoteReader.objects.filter(note=row).delete()
    feeds.append_gone([official_feed(row.official_id)], "note", row.note_id)
    return True


def _alive(key: str, before: datetime) -> bool:
    """Whether the note has a version that is no tombstone, or a younger one."""
    return (
        NoteVersion.objects.filter(note=key).exclude(deleted=True, received_at__lt=before).exists()
    )
