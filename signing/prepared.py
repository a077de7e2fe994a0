"""A prepared signature: all that is needed to finish it later, elsewhere, after a crash.

A card reader or a remote service may answer minutes later; nothing of what was prepared is lost.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from boardpack.domain import clock
from signing.errors import DamagedPreparationError

MAGIC: Final = b"boardpack prepared signature 1\n"
_LENGTHS: Final = struct.Struct(">I")


@dataclass(frozen=True)
class PreparedSignature:
    """The document with room for the signature, and what is to be signed.

    Attributes:
        field: name of the signature field.
        document: the whole PDF, its /Contents still zeros.
        base_size: how many leading bytes are the document as it came.
        digest: SHA-256 of the byte range.
        reserved: offsets of "<" and after ">" around /Contents.
        signed_attributes: DER; a signer signs these bytes.
        certificate: the signer's certificate, DER.
        other_certificates: up to the root, DER.
        moment: claimed signing time.
    """

    field: str
    document: bytes
    base_size: int
    digest: bytes
    reserved: tuple[int, int]
    signed_attributes: bytes
    certificate: bytes
    other_certificates: tuple[bytes, ...]
    moment: datetime

    @property
    def base_sha256(self) -> str:
        """Digest of the document as it came, 64 hexadecimal digits."""
        return hashlib.sha256(memoryview(self.document)[: self.base_size]).hexdigest()

    def to_bytes(self) -> bytes:
        """Return everything as bytes; they hold the document, so keep them sealed."""
        state = _State(
            field=self.field,
            base_size=self.base_size,
            digest=self.digest,
            reserved=self.reserved,
            signed_attributes=self.signed_attributes,
            certificate=self.certificate,
            other_certificates=self.other_certificates,
            moment=clock.stamp(self.moment),
            document_sha256=hashlib.sha256(self.document).digest(),
        )
        head = msgspec.msgpack.encode(state)
        return b"".join((MAGIC, _LENGTHS.pack(len(head)), head, self.document))

    @classmethod
    def from_bytes(cls, data: bytes) -> PreparedSignature:
        """Read what `to_bytes` wrote.

        Raises:
            DamagedPreparationError: it is something else, or not all of it.
        """
        try:
            start = len(MAGIC) + _LENGTHS.size
            (length,) = _LENGTHS.unpack(data[len(MAGIC) : start])
            state = msgspec.msgpack.decode(data[start : start + length], type=_State)
            document = data[start + length :]
            moment = clock.parse(state.moment)
        except (struct.error, msgspec.MsgspecError, ValueError) as error:
            raise DamagedPreparationError from error
        whole = hashlib.sha256(document).digest() == state.document_sha256
        if not data.startswith(MAGIC) or not whole or not _plausible(state, len(document)):
            raise DamagedPreparationError
        return cls(
            field=state.field,
            document=document,
            base_size=state.base_size,
            digest=state.digest,
            reserved=state.reserved,
            signed_attributes=state.signed_attributes,
            certificate=state.certificate,
            other_certificates=state.other_certificates,
            moment=moment,
        )


class _State(msgspec.Struct, frozen=True):
    """Everything but the document itself."""

    field: str
    base_size: int
    digest: bytes
    reserved: tuple[int, int]
    signed_attributes: bytes
    certificate: bytes
    other_certificates: tuple[bytes, ...]
    moment: str
    document_sha256: bytes


def _plausible(state: _State, size: int) -> bool:
    return 0 < state.base_size < state.reserved[0] < state.reserved[1] < size
