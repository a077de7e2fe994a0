"""Opening this person's own sealed notes (D6): only this device's identity can."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pyrage

from boardpack.annotation import codec
from boardpack.annotation.errors import UnreadableNoteError
from boardpack.annotation.note import Note
from boardpack.domain.records import SealedNote

_log = logging.getLogger("boardpack.notes")


def opener(identity: str) -> Callable[[SealedNote], Note | None]:
    """Return what opens notes sealed to `identity` (an age secret key).

    A note that does not open (sealed to a former device, or damaged) is kept by the store as it
    is and gives None: nothing is lost, and a recovered identity may open it later.
    """
    secret = pyrage.x25519.Identity.from_str(identity)

    def open_note(sealed: SealedNote) -> Note | None:
        try:
            return codec.decode(pyrage.decrypt(sealed.ciphertext, [secret]))
        except (pyrage.DecryptError, UnreadableNoteError) as error:
            _log.info("note %s does not open: %s", sealed.note_id, type(error).__name__)
            return None

    return open_note
