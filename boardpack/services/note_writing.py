"""A record of a note into the outbox: stamped, sealed to its author and its readers. Store lane."""

from __future__ import annotations

from typing import Final

from boardpack.annotation import codec
from boardpack.annotation.record import NoteRecord, newest
from boardpack.domain import clock, ids
from boardpack.domain.hlc import NEVER, Stamp
from boardpack.domain.records import NoteReaders
from boardpack.services.changes import Changes
from boardpack.services.circles import Circles
from boardpack.services.context import Context
from boardpack.services.errors import NoteTooLargeError
from boardpack.services.library import Library
from boardpack.services.own_keys import OwnKeys
from boardpack.store import note_clock, outbox
from sync.protocol.messages import NoteSealed

#: A server keeps no larger note; said before it is written, so that none is ever refused later.
MOST_BYTES: Final = 1024 * 1024


class NoteWriter:
    """Writes notes of one official; they leave the device only sealed (D6)."""

    def __init__(self, context: Context, keys: OwnKeys, device_id: str) -> None:
        """Work on this profile; `keys` are the author's own.

        `device_id`, this device, stands in the history of what is written here.
        """
        self._context = context
        self._keys = keys
        self._device_id = device_id

    def tick(self, record: NoteRecord | None) -> Stamp:
        """Return the stamp of a change of `record`, or of a new note."""
        after = newest(record) if record else NEVER
        return note_clock.tick(self._context.store.connection, self._device_id, after)

    def append(self, record: NoteRecord, replaces: tuple[str, ...]) -> Changes:
        """Seal a record to those who may read it today, and put it in the outbox.

        Raises:
            NoteTooLargeError: a server would not keep it.
        """
        content = codec.encode(record)
        readers, recipients = self._readers(record)
        ciphertext = self._keys.seal(content, recipients)
        if len(ciphertext) > MOST_BYTES:
            raise NoteTooLargeError(most=MOST_BYTES // 1024)
        event = NoteSealed(
            event_id=ids.new_id(),
            at=clock.now(),
            note_id=record.note_id,
            ciphertext=ciphertext,
            deleted=not record.live,
            replaces=replaces,
            readers=readers,
        )
        with self._context.store.transaction() as connection:
            outbox.append(
                connection,
                event,
                subject_id=record.note_id,
                sitting_id=record.sitting_id,
                document_id=record.document_id,
                content=content,
            )
        return Changes(documents=frozenset({record.document_id}), notes=True, outbox=True)

    def _readers(self, record: NoteRecord) -> tuple[NoteReaders | None, tuple[str, ...]]:
        """Return what the server is told, and to whom the note is sealed beside its author."""
        sharing, at = record.sharing, record.clocks.sharing
        if at == NEVER:
            return None, ()
        if sharing is None:
            return NoteReaders("", (), "", at), ()
        circles = Circles(self._context.store.connection, Library(self._context))
        readers = circles.readers(sharing)
        told = tuple(each.official_id for each in readers)
        return (
            NoteReaders(sharing.assembly_id, told, sharing.group_id, at),
            tuple(each.recipient for each in readers),
        )
