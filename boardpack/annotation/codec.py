"""Records of notes to JSON and back. Fields of a newer version are ignored."""

from __future__ import annotations

from typing import Final

import msgspec

from boardpack.annotation.errors import UnreadableNoteError
from boardpack.annotation.record import NoteRecord

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(NoteRecord)


def encode(record: NoteRecord) -> bytes:
    """Return the JSON bytes of a record."""
    return _encoder.encode(record)


def decode(data: bytes) -> NoteRecord:
    """Read what `encode` wrote.

    Raises:
        UnreadableNoteError: not JSON, or not a note.
    """
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableNoteError from error
