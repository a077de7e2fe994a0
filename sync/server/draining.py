"""What a device that was revoked or replaced hands in: what its person wrote and read, once."""

from __future__ import annotations

from typing import Final

import msgspec

from boardpack.domain.refusals import NotHandedInError
from sync.protocol import codec
from sync.protocol.errors import is_passing
from sync.protocol.messages import (
    PROTOCOL,
    ConvocationAcknowledged,
    DocumentOpened,
    DossierReceived,
    DrainReply,
    Event,
    NoteSealed,
    PositionSealed,
)
from sync.server import exchange
from sync.server.access import Person
from sync.server.actions.do_close_drain import do_close_drain

#: Private notes and reading positions, and what proves reception. A vote, a signature or a
#: publication binds others, new recovery words change what others seal to: those are done again on
#: a device that is trusted.
TAKEN: Final = (
    NoteSealed,
    PositionSealed,
    DossierReceived,
    ConvocationAcknowledged,
    DocumentOpened,
)


class _Envelope(msgspec.Struct, frozen=True):
    """A drain request whose events are read one by one."""

    protocol: int
    events: tuple[msgspec.Raw, ...]
    last: bool = False


def drain(person: Person, data: bytes) -> bytes:
    """Apply what may still be handed in, and return the answers.

    Once the device said that this was the last, what is new is rejected; what was answered gets the
    same answer again.

    Raises:
        TooMuchError, UnreadableMessageError, ProtocolMismatchError: nothing was applied.
    """
    envelope = exchange.read(data, _Envelope)
    closed = person.device.drained_at is not None

    def allowed(event: Event) -> None:
        if closed or not isinstance(event, TAKEN):
            raise NotHandedInError

    answers = tuple(exchange.answer(person, bytes(raw), allowed) for raw in envelope.events)
    if envelope.last and not any(is_passing(each.code) for each in answers):
        do_close_drain(person)
    return codec.encode(DrainReply(PROTOCOL, answers))
