"""Notes to JSON and back. Fields of a newer version are ignored."""

from __future__ import annotations

from typing import Final

import msgspec

from boardpack.annotation.errors import UnreadableNoteError
from boardpack.annotation.note import Note

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Note)


def encode(note: Note) -> bytes:
    """Return the JSON bytes of a note."""
    return _encoder.encode(note)


def decode(data: bytes) -> Note:
    """Read what `encode` wrote.

    Raises:
        UnreadableNoteError: not JSON, or not a note.
    """
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableNoteError from error
