"""The official's own age identities on this device (D6): what seals and opens what is private."""

from __future__ import annotations

import hashlib
import hmac
import logging
import uuid
from collections.abc import Iterable, Sequence

import pyrage

from boardpack.annotation import codec
from boardpack.annotation.errors import UnreadableNoteError
from boardpack.annotation.record import NoteRecord

_log = logging.getLogger("boardpack.notes")


class OwnKeys:
    """The present identity, which seals, and former ones, which only open. Any thread."""

    def __init__(self, identities: Sequence[str]) -> None:
        """Hold `identities` (age secret keys), the present one first."""
        self.use(identities)

    def use(self, identities: Sequence[str]) -> None:
        """Hold these from now on."""
        opened = [pyrage.x25519.Identity.from_str(each) for each in identities]
        self._present = opened[0].to_public()
        self._label_key = hashlib.sha256(b"boardpack labels\0" + identities[0].encode()).digest()
        self._opened = opened

    @property
    def recipient(self) -> str:
        """Public part of the present identity ("age1…")."""
        return str(self._present)

    def seal(self, content: bytes, readers: Iterable[str] = ()) -> bytes:
        """Return `content` as age ciphertext that this official opens, and `readers` if there are.

        Args:
            content: in clear.
            readers: their age recipients, which `is_recipient` passed.
        """
        others = [pyrage.x25519.Recipient.from_str(each) for each in readers]
        return bytes(pyrage.encrypt(content, [self._present, *others]))

    def open(self, ciphertext: bytes) -> bytes | None:
        """Return what was sealed, None when no identity here opens it."""
        try:
            return bytes(pyrage.decrypt(ciphertext, self._opened))
        except pyrage.DecryptError:
            return None

    def open_note(self, ciphertext: bytes) -> NoteRecord | None:
        """Return a version of a note in clear.

        One that does not open (sealed to an identity that is not here, or damaged) is kept by the
        store as it is and gives None: nothing is lost, recovery words may open it later.
        """
        content = self.open(ciphertext)
        try:
            return None if content is None else codec.decode(content)
        except UnreadableNoteError:
            _log.info("a version of a note cannot be read")
            return None

    def label(self, name: str) -> str:
        """Return an identifier (a UUID) for `name` that tells nothing of it to anybody else."""
        digest = hmac.digest(self._label_key, name.encode(), hashlib.sha256)
        return str(uuid.UUID(bytes=digest[:16]))


def is_recipient(text: str) -> bool:
    """Whether something can be sealed to `text`; an official without a device has none."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def recipient_of(identity: str) -> str:
    """Return the public part of an age secret key."""
    return str(pyrage.x25519.Identity.from_str(identity).to_public())
