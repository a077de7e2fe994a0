"""Take shared notes from an official who may not read them any more: mandates end by themselves."""

from __future__ import annotations

from functools import partial
from typing import Final

from sync.server import transactions
from sync.server.access import elected_today
from sync.server.actions import note_readers
from sync.server.models import Assembly, NoteReader, SealedNote
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF


def do_refresh_shared(official_id: str) -> None:
    """Tell the official that a note is gone once they or its author left assembly or group."""
    for author_id, assembly_id, group_id in _sharings(official_id):
        sitting = (
            elected_today(Assembly.objects.get(id=assembly_id), group_id)
            if assembly_id
            else frozenset[str]()
        )
        if not {official_id, author_id} <= sitting:
            for key in _notes(official_id, author_id, assembly_id, group_id):
                transactions.run(partial(_tell, key))


def _sharings(official_id: str) -> list[tuple[str, str | None, str | None]]:
    """Return author, assembly and group of what the official was told: few, for many notes."""
    rows = NoteReader.objects.filter(reader=official_id, told=True)
    return list(rows.values_list("note__official", "note__assembly", "note__group").distinct())


def _notes(
    official_id: str, author_id: str, assembly_id: str | None, group_id: str | None
) -> list[str]:
    rows = NoteReader.objects.filter(
        reader=official_id,
        told=True,
        note__official=author_id,
        note__assembly=assembly_id,
        note__group=group_id,
    )
    return sorted(rows.values_list("note_id", flat=True))


def _tell(key: str) -> None:
    note_readers.tell(SealedNote.objects.select_for_update().get(id=key))
