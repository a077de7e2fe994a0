"""Who gets a shared note: those whom its author named, while mandates of today allow it."""

from __future__ import annotations

from typing import Final

from boardpack.domain.hlc import Stamp
from boardpack.domain.records import NoteReaders
from sync.protocol.errors import BadEventError
from sync.protocol.messages import official_feed
from sync.server import feeds, records
from sync.server.access import Person, access_shared
from sync.server.actions import checks
from sync.server.models import NoteReader, Official, PoliticalGroup, SealedNote

MAX_READERS: Final = 500
KIND: Final = "shared_note"


def check(readers: NoteReaders) -> None:
    """Refuse what no device of ours says.

    Raises:
        BadEventError: no identifiers, or too many.
    """
    if len(readers.official_ids) > MAX_READERS:
        raise BadEventError(what="readers")
    named = (readers.assembly_id, readers.group_id)
    for each in (*readers.official_ids, *filter(None, named)):
        checks.identifier(each, "readers")


def declare(person: Person, row: SealedNote, readers: NoteReaders) -> None:
    """Keep what its author decided, unless a later decision is known.

    An assembly that is not the author's any more, or a group of another one, is nobody: the note is
    kept, and shared with no one.
    """
    at = _text(readers.at)
    if at < row.shared_at:
        return
    group = _group(readers)
    known = readers.assembly_id in person.roles and (group is not None or not readers.group_id)
    row.assembly_id = readers.assembly_id if known else None
    row.group = group if known else None
    row.shared_at = at
    row.save(update_fields=["assembly", "group", "shared_at"])
    named = set(Official.objects.filter(id__in=readers.official_ids).values_list("id", flat=True))
    rows = NoteReader.objects.filter(note=row)
    rows.exclude(reader__in=named).update(named=False)
    rows.filter(reader__in=named).update(named=True)
    missing = named - set(rows.values_list("reader_id", flat=True))
    NoteReader.objects.bulk_create([NoteReader(note=row, reader_id=each) for each in missing])


def tell(row: SealedNote) -> None:
    """Tell the note to its author and its readers of today, and to the others that it is gone."""
    rows = NoteReader.objects.filter(note=row)
    told = set(rows.filter(told=True).values_list("reader_id", flat=True))
    readers = access_shared(row, rows.filter(named=True).values_list("reader_id", flat=True))
    rows.filter(named=False).delete()
    rows.filter(reader__in=readers).update(told=True)
    rows.exclude(reader__in=readers).update(told=False)
    # In the order of the feeds' names, so that two authors never wait for each other.
    for official_id in sorted({row.official_id, *readers, *told}):
        feed = [official_feed(official_id)]
        if official_id == row.official_id:
            feeds.append(feed, records.note(row))
        elif official_id in readers:
            feeds.append(feed, records.shared_note(row))
        else:
            feeds.append_gone(feed, KIND, row.id)


def _group(readers: NoteReaders) -> PoliticalGroup | None:
    rows = PoliticalGroup.objects.filter(id=readers.group_id, assembly=readers.assembly_id)
    return rows.first()


def _text(at: Stamp) -> str:
    """Return a stamp as text that sorts as stamps do."""
    return f"{at.ms:015d}.{at.nth:010d}.{at.device}"
