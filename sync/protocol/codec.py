"""Bytes to messages and back; the reader of foreign bytes raises one error only."""

from __future__ import annotations

from typing import Final, TypeVar, cast

import msgspec

from boardpack.domain.errors import SurroundingsError
from sync.protocol.messages import RECORDS, Change, Event, ExchangeReply, ExchangeRequest, Record

T = TypeVar("T")


class UnreadableMessageError(SurroundingsError):
    """The other side sent something that is no message of ours (a proxy's page, for instance)."""

    code = "sync.unreadable_message"


_encoder: Final = msgspec.json.Encoder()
_event_decoder: Final = msgspec.json.Decoder(Event)


def encode(message: object) -> bytes:
    """Return the JSON bytes of a message, an event or a record."""
    return _encoder.encode(message)


def decode(data: bytes, kind: type[T]) -> T:
    """Read `data` as `kind`.

    Raises:
        UnreadableMessageError: not JSON, or not of that shape.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableMessageError(what=kind.__name__) from error


def decode_event(data: bytes) -> Event:
    """Read one event.

    Raises:
        UnreadableMessageError: not an event.
    """
    try:
        return cast("Event", _event_decoder.decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableMessageError(what="Event") from error


def decode_request(data: bytes) -> ExchangeRequest:
    """Read an exchange request."""
    return decode(data, ExchangeRequest)


def decode_reply(data: bytes) -> ExchangeReply:
    """Read an exchange reply."""
    return decode(data, ExchangeReply)


def record_of(change: Change) -> Record | None:
    """Read the record that a change carries, None when it is gone or of a newer protocol's kind."""
    if change.gone or change.kind not in RECORDS:
        return None
    kind, _ = RECORDS[change.kind]
    return cast("Record", decode(bytes(change.body), kind))
