"""One exchange: events up, each in its own transaction; answers and changes down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any, Final, Protocol, TypeVar

import msgspec

from boardpack.domain import clock
from boardpack.domain.errors import BoardpackError, SurroundingsError
from sync.protocol import codec
from sync.protocol.codec import UnreadableMessageError
from sync.protocol.errors import (
    BadRequestError,
    ProtocolMismatchError,
    ServerBehindError,
    ServerDefectError,
    TooMuchError,
)
from sync.protocol.messages import (
    MAX_ASKED,
    MAX_EVENTS,
    PROTOCOL,
    Answer,
    AssemblyKeyMade,
    AssemblyKeyShared,
    ConvocationAcknowledged,
    DeliberationRefused,
    DeliberationSigned,
    DeliberationsPlaced,
    DocumentOpened,
    DossierCalledBack,
    DossierPublished,
    DossierReceived,
    DossierReleased,
    Event,
    ExchangeReply,
    IdentitySealed,
    NoteSealed,
    PositionSealed,
)
from sync.server import feeds, identity, transactions
from sync.server.access import Person
from sync.server.actions import checks
from sync.server.actions.do_change_telling import do_change_telling
from sync.server.actions.do_keep_identity import do_keep_identity
from sync.server.actions.do_keep_note import do_keep_note
from sync.server.actions.do_keep_position import do_keep_position
from sync.server.actions.do_keep_share import do_keep_share
from sync.server.actions.do_make_assembly_key import do_make_assembly_key
from sync.server.actions.do_note_disagreement import do_note_disagreement
from sync.server.actions.do_place_deliberations import do_place_deliberations
from sync.server.actions.do_publish_dossier import do_publish_dossier
from sync.server.actions.do_record_receipt import do_record_receipt
from sync.server.actions.do_record_signature import do_record_signature, examine
from sync.server.actions.do_refresh_access import do_refresh_access
from sync.server.actions.do_refresh_shared import do_refresh_shared
from sync.server.actions.do_refuse_deliberation import do_refuse_deliberation
from sync.server.actions.do_settle_device import do_settle_device
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
    seal: str = ""
    ask: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


class _Requested(Protocol):
    """What every request of events has."""

    @property
    def protocol(self) -> int:
        """The version that the device speaks."""

    @property
    def events(self) -> tuple[msgspec.Raw, ...]:
        """The events, unread."""


Envelope = TypeVar("Envelope", bound=_Requested)


class _Named(msgspec.Struct, frozen=True):
    """What an unreadable event must have to be answered."""

    event_id: str


def exchange(person: Person, data: bytes) -> bytes:
    """Apply the events of a request and return the bytes of the reply.

    Raises:
        TooMuchError, BadRequestError, UnreadableMessageError, ProtocolMismatchError: the request
            as a whole; nothing was applied.
    """
    envelope = read(data, _Envelope)
    if not all(feeds.is_place(name, number) for name, number in envelope.cursor.items()):
        raise BadRequestError(what="cursor")
    if len(envelope.ask) > MAX_ASKED:
        raise TooMuchError(limit=MAX_ASKED)
    if not all(checks.is_identifier(each) for each in envelope.ask):
        raise BadRequestError(what="ask")
    state = identity.state()
    _require_agreement(person, envelope, state.epoch)
    again = _not_for_ever(envelope, state.epoch)
    answers = tuple(answer(person, bytes(raw), again=again) for raw in envelope.events)
    if (
        state.restored_at
        and envelope.epoch == state.epoch
        and not (envelope.ask or envelope.events)
    ):
        do_settle_device(person, state.epoch)
    do_refresh_access(person.official.id)
    do_refresh_shared(person.official.id)
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
            heads=page.heads,
            unknown=_unknown(person, envelope.ask),
        )
    )


def _require_agreement(person: Person, envelope: _Envelope, epoch: str) -> None:
    """Stop before anything is applied when the device saw more, or another history, than this.

    Epochs sort by time: a device that saw a later one has seen a server that this one is not.
    """
    found: type[BoardpackError] | None = None
    if envelope.epoch > epoch:
        found = ServerBehindError
    elif envelope.epoch == epoch:
        found = feeds.disagreement(envelope.cursor, envelope.seal)
    if found is not None:
        do_note_disagreement(person, found.code, epoch)
        raise found


def _not_for_ever(envelope: _Envelope, epoch: str) -> frozenset[str]:
    """Return the events whose refusal is not kept: this server was restored, others come later."""
    if envelope.epoch in {"", epoch}:
        return frozenset(envelope.again)
    # The device does not even know yet.
    return frozenset(codec.decode(bytes(raw), _Named).event_id for raw in envelope.events)


def _unknown(person: Person, event_ids: tuple[str, ...]) -> tuple[str, ...]:
    if not event_ids:
        return ()
    rows = AppliedEvent.objects.filter(official=person.official, event_id__in=event_ids)
    known = set(rows.values_list("event_id", flat=True))
    return tuple(each for each in event_ids if each not in known)


def read(data: bytes, kind: type[Envelope]) -> Envelope:
    """Return a request as `kind`, its events unread.

    Raises:
        TooMuchError, UnreadableMessageError, ProtocolMismatchError: the request as a whole.
    """
    if len(data) > MAX_BYTES:
        raise TooMuchError(limit=MAX_BYTES)
    envelope = codec.decode(data, kind)
    if envelope.protocol != PROTOCOL:
        raise ProtocolMismatchError(server=PROTOCOL)
    if len(envelope.events) > MAX_EVENTS:
        raise TooMuchError(limit=MAX_EVENTS)
    for raw in envelope.events:
        # An event without a name cannot be answered: found out before any other is applied.
        codec.decode(bytes(raw), _Named)
    return envelope


def answer(
    person: Person,
    raw: bytes,
    allowed: Callable[[Event], None] = lambda _event: None,
    again: Collection[str] = (),
) -> Answer:
    """Apply one event and answer it, whatever happens.

    Args:
        person: who sent it.
        raw: the event's bytes.
        allowed: raises for an event that is not taken by this door.
        again: identifiers of events whose refusal is not kept: it may mend itself.
    """
    try:
        event = codec.decode_event(raw)
    except UnreadableMessageError as error:
        event_id = codec.decode(raw, _Named).event_id
        return _rejected(event_id, error)
    try:
        checks.identifier(event.event_id, "event_id")
        checks.moment(event.at, "at")
        return _apply(person, event, allowed, again)
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


def _apply(
    person: Person, event: Event, allowed: Callable[[Event], None], again: Collection[str]
) -> Answer:
    known = _known(person, event.event_id)
    if known is not None:
        return known
    try:
        allowed(event)
        act = _action(person, event)
        return transactions.run(lambda: _once(person, event, act))
    except SurroundingsError:
        # Not kept: a file that is still to be uploaded, say, mends itself with the next try.
        raise
    except BoardpackError as error:
        if event.event_id in again:
            raise
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


#: What applies an event in a transaction.
_ACTIONS: Final[dict[type[Event], Callable[[Person, Any], None]]] = {
    DossierPublished: do_publish_dossier,
    DossierReleased: do_change_telling,
    DossierCalledBack: do_change_telling,
    DeliberationsPlaced: do_place_deliberations,
    AssemblyKeyMade: do_make_assembly_key,
    AssemblyKeyShared: do_keep_share,
    DossierReceived: do_record_receipt,
    ConvocationAcknowledged: do_record_receipt,
    DocumentOpened: do_record_receipt,
    NoteSealed: do_keep_note,
    IdentitySealed: do_keep_identity,
    PositionSealed: do_keep_position,
    DeliberationRefused: do_refuse_deliberation,
}


def _action(person: Person, event: Event) -> Callable[[], None]:
    """Return what applies `event` in a transaction; what takes long is done before it."""
    if isinstance(event, DeliberationSigned):
        examined = examine(person, event)
        return lambda: do_record_signature(person, event, examined)
    act = _ACTIONS[type(event)]
    return lambda: act(person, event)
