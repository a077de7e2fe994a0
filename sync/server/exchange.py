"""One exchange: events up, each in its own transaction; answers and changes down."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import msgspec

from boardpack.domain import clock
from boardpack.domain.errors import BoardpackError, SurroundingsError
from sync.protocol import codec
from sync.protocol.codec import UnreadableMessageError
from sync.protocol.errors import (
    BadEventError,
    BadRequestError,
    ProtocolMismatchError,
    ServerDefectError,
    TooMuchError,
)
from sync.protocol.messages import (
    MAX_EVENTS,
    PROTOCOL,
    Answer,
    ConvocationAcknowledged,
    DeliberationRefused,
    DeliberationSigned,
    DeliberationsPlaced,
    DocumentOpened,
    DossierPublished,
    DossierReceived,
    Event,
    ExchangeReply,
    NoteSealed,
)
from sync.server import feeds, identity, transactions
from sync.server.access import Person
from sync.server.actions import checks
from sync.server.actions.do_keep_note import do_keep_note
from sync.server.actions.do_place_deliberations import do_place_deliberations
from sync.server.actions.do_publish_dossier import do_publish_dossier
from sync.server.actions.do_record_receipt import do_record_receipt
from sync.server.actions.do_record_signature import do_record_signature, examine
from sync.server.actions.do_refresh_access import do_refresh_access
from sync.server.actions.do_refuse_deliberation import do_refuse_deliberation
from sync.server.models import AppliedEvent

MAX_BYTES: Final = 32 * 1024 * 1024
ROUTINE_SECONDS: Final = 60
_log = logging.getLogger("boardpack.server.exchange")


class _Envelope(msgspec.Struct, frozen=True):
    """An exchange request whose events are read one by one: a bad one spoils no other."""

    protocol: int
    epoch: str
    cursor: dict[str, int]
    events: tuple[msgspec.Raw, ...]


class _Named(msgspec.Struct, frozen=True):
    """What an unreadable event must have to be answered."""

    event_id: str


def exchange(person: Person, data: bytes) -> bytes:
    """Apply the events of a request and return the bytes of the reply.

    Raises:
        TooMuchError, BadRequestError, UnreadableMessageError, ProtocolMismatchError: the request
            as a whole; nothing was applied.
    """
    envelope = _read(data)
    answers = tuple(_answer(person, bytes(raw)) for raw in envelope.events)
    do_refresh_access(person.official.id)
    state = identity.state()
    cursor = envelope.cursor if envelope.epoch == state.epoch else {}
    page = feeds.read(person.feeds, cursor)
    return codec.encode(
        ExchangeReply(
            protocol=PROTOCOL,
            epoch=state.epoch,
            server_time=clock.now(),
            answers=answers,
            changes=page.changes,
            cursor=page.cursor,
            more=page.more,
            retry_after=ROUTINE_SECONDS,
        )
    )


def _read(data: bytes) -> _Envelope:
    if len(data) > MAX_BYTES:
        raise TooMuchError(limit=MAX_BYTES)
    envelope = codec.decode(data, _Envelope)
    if envelope.protocol != PROTOCOL:
        raise ProtocolMismatchError(server=PROTOCOL)
    if len(envelope.events) > MAX_EVENTS:
        raise TooMuchError(limit=MAX_EVENTS)
    if any(number < 0 for number in envelope.cursor.values()):
        raise BadRequestError(what="cursor")
    for raw in envelope.events:
        # An event without a name cannot be answered: found out before any other is applied.
        codec.decode(bytes(raw), _Named)
    return envelope


def _answer(person: Person, raw: bytes) -> Answer:
    """Apply one event and answer it, whatever happens."""
    try:
        event = codec.decode_event(raw)
    except UnreadableMessageError as error:
        event_id = codec.decode(raw, _Named).event_id
        return _rejected(event_id, error)
    try:
        checks.identifier(event.event_id, "event_id")
        checks.moment(event.at, "at")
        return _apply(person, event)
    except BoardpackError as error:
        return _rejected(event.event_id, error)
    except Exception:  # noqa: BLE001 one event's defect must not block the others; it is logged
        _log.exception("event %s of kind %s", event.event_id, type(event).__name__)
        return _rejected(event.event_id, ServerDefectError())


def _rejected(event_id: str, error: BoardpackError) -> Answer:
    return Answer(event_id, accepted=False, code=error.code, parameters=error.parameters)


def _known(person: Person, event_id: str) -> Answer | None:
    row = AppliedEvent.objects.filter(official=person.official, event_id=event_id).first()
    if row is None:
        return None
    return Answer(event_id, row.accepted, row.code, row.parameters)


def _apply(person: Person, event: Event) -> Answer:
    known = _known(person, event.event_id)
    if known is not None:
        return known
    try:
        act = _action(person, event)
        return transactions.run(lambda: _once(person, event, act))
    except SurroundingsError:
        # Not kept: a file that is still to be uploaded, say, mends itself with the next try.
        raise
    except BoardpackError as error:
        answer = _rejected(event.event_id, error)
        return transactions.run(lambda: _refused(person, event, answer))


def _once(person: Person, event: Event, act: Callable[[], None]) -> Answer:
    """Act unless a request beside this one did meanwhile; act and answer stand or fall together."""
    known = _known(person, event.event_id)
    if known is not None:
        return known
    answer = Answer(event.event_id, accepted=True)
    _keep(person, event, answer)
    act()
    return answer


def _refused(person: Person, event: Event, answer: Answer) -> Answer:
    """Keep the refusal, unless the same event was answered meanwhile: then that answer counts."""
    known = _known(person, event.event_id)
    if known is not None:
        return known
    _keep(person, event, answer)
    return answer


def _keep(person: Person, event: Event, answer: Answer) -> None:
    AppliedEvent.objects.create(
        official=person.official,
        event_id=answer.event_id,
        device=person.device,
        kind=str(type(event).__struct_config__.tag),
        accepted=answer.accepted,
        code=answer.code,
        parameters=answer.parameters,
        at=clock.now(),
    )


def _action(person: Person, event: Event) -> Callable[[], None]:
    """Return what applies `event` in a transaction; what takes long is done before it."""
    match event:
        case DossierPublished():
            return lambda: do_publish_dossier(person, event)
        case DeliberationsPlaced():
            return lambda: do_place_deliberations(person, event)
        case DossierReceived() | ConvocationAcknowledged() | DocumentOpened():
            return lambda: do_record_receipt(person, event)
        case NoteSealed():
            return lambda: do_keep_note(person, event)
        case DeliberationSigned():
            examined = examine(person, event)
            return lambda: do_record_signature(person, event, examined)
        case DeliberationRefused():
            return lambda: do_refuse_deliberation(person, event)
    raise BadEventError(what="kind")
