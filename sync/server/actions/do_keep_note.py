"""A person keeps a sealed note of their own; the server can neither read nor merge it (D6).

Its author may share it: then those named, who sit in the same assembly today, get it as well.

Not audited, so that IT cannot watch who annotates when; `AppliedEvent` has what retries need.
"""

from __future__ import annotations

from typing import Final

from django.db.models.functions import Length

from boardpack.domain import clock
from sync.protocol.errors import BadEventError, NoteForgottenError, TooManyVersionsError
from sync.protocol.messages import NoteSealed
from sync.server.access import Person
from sync.server.actions import checks, note_readers
from sync.server.models import NoteVersion, SealedNote
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF
MAX_SIZE: Final = 1024 * 1024
#: Versions of one note that wait to be merged; each device that writes it merges them all.
MAX_VERSIONS: Final = 16
MAX_VERSIONS_SIZE: Final = 4 * MAX_SIZE
MAX_REPLACED: Final = 64


def do_keep_note(person: Person, event: NoteSealed) -> None:
    """Put the state in the place of those that its device had merged; keep the others beside it.

    To be called in a transaction.

    Raises:
        BadEventError: larger than `MAX_SIZE`, or no identifiers.
        NoteForgottenError: the note was removed long ago.
        TooManyVersionsError: too many states wait to be merged; nothing was dropped for this one.
    """
    _check(event)
    SealedNote.objects.get_or_create(official=person.official, note_id=event.note_id)
    row = SealedNote.objects.select_for_update().get(
        official=person.official, note_id=event.note_id
    )
    if row.forgotten:
        raise NoteForgottenError
    live = NoteVersion.objects.filter(note=row)
    live.filter(version_id__in=event.replaces).delete()
    sizes = list(live.values_list(Length("ciphertext"), flat=True))
    if len(sizes) >= MAX_VERSIONS or sum(sizes) + len(event.ciphertext) > MAX_VERSIONS_SIZE:
        raise TooManyVersionsError(most=MAX_VERSIONS)
    NoteVersion.objects.create(
        note=row,
        version_id=event.event_id,
        ciphertext=event.ciphertext,
        deleted=event.deleted,
        received_at=clock.now(),
    )
    if event.readers is not None:
        note_readers.declare(person, row, event.readers)
    note_readers.tell(row)


def _check(event: NoteSealed) -> None:
    checks.identifier(event.note_id, "note_id")
    if len(event.ciphertext) > MAX_SIZE:
        raise BadEventError(what="ciphertext")
    if len(event.replaces) > MAX_REPLACED:
        raise BadEventError(what="replaces")
    for each in event.replaces:
        checks.identifier(each, "replaces")
    if event.readers is not None:
        note_readers.check(event.readers)
