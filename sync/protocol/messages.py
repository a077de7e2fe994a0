"""The messages of `/api/v1/exchange`: events up, answers and changes down.

Events are past tense, get their identifier on the device (UUIDv7) and are applied at most once
(D10). Changes carry whole records of the domain, one feed and sequence number each (D8).
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import msgspec

from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Assembly, Authority, Mandate, Official, PoliticalGroup
from boardpack.domain.records import (
    Access,
    EnrolledDevice,
    NoteReaders,
    Receipt,
    SealedDossier,
    SealedIdentity,
    SealedNote,
    SealedPosition,
    SharedNote,
)
from boardpack.domain.signature import Deliberation
from boardpack.domain.transfers import DeltaOffer
from boardpack.domain.trust import AssemblyKey, KeyOrder, KeyShare

PROTOCOL = 1
MAX_EVENTS = 200
MAX_CHANGES = 500
MAX_ASKED = 1000
MAX_DELTA_FILES = 2000
STREAM_PATH = "/api/v1/stream"
EVENT_STREAM = "text/event-stream"


class _Event(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=False):
    event_id: str
    at: datetime


class DossierPublished(_Event, frozen=True, tag="dossier_published"):
    """The secretariat sent a first or corrected revision; `dossier.revision` is base + 1.

    Attributes:
        previous: digest of the base's content, empty for the first; the signature states it.
    """

    dossier: Dossier
    previous: str = ""


class DossierReleased(_Event, frozen=True, tag="dossier_released"):
    """The secretariat has members told now of the revision that waits."""

    sitting_id: str
    revision: int


class DossierCalledBack(_Event, frozen=True, tag="dossier_called_back"):
    """The secretariat takes back the revision that waits: members are not told of it."""

    sitting_id: str
    revision: int


class DeliberationsPlaced(_Event, frozen=True, tag="deliberations_placed"):
    """The secretariat placed deliberations to be signed by the named signatories, in order."""

    deliberations: tuple[Deliberation, ...]


class AssemblyKeyMade(_Event, frozen=True, tag="assembly_key_made"):
    """A secretariat's device made the assembly's first or next signing key."""

    key: AssemblyKey


class AssemblyKeyShared(_Event, frozen=True, tag="assembly_key_shared"):
    """A secretariat's device sealed the signing key to the agents of today."""

    share: KeyShare


class DossierReceived(_Event, frozen=True, tag="dossier_received"):
    """Every byte of this revision is in the device's store, each digest checked."""

    sitting_id: str
    revision: int
    manifest_sha256: str


class ConvocationAcknowledged(_Event, frozen=True, tag="convocation_acknowledged"):
    """The official acknowledged the convocation to this sitting."""

    sitting_id: str
    revision: int
    manifest_sha256: str


class DocumentOpened(_Event, frozen=True, tag="document_opened"):
    """The official opened this version for the first time."""

    sitting_id: str
    revision: int
    document_id: str
    sha256: str


class NoteSealed(_Event, frozen=True, tag="note_sealed"):
    """A note was written, changed or deleted; the content is age ciphertext.

    Attributes:
        replaces: identifiers of the events whose states the device had merged into this one.
            The server keeps the others: what a device has not seen, it cannot overwrite.
        readers: None where the note was never shared.
    """

    note_id: str
    ciphertext: bytes
    deleted: bool = False
    replaces: tuple[str, ...] = ()
    readers: NoteReaders | None = None


class IdentitySealed(_Event, frozen=True, tag="identity_sealed"):
    """The official's identities were wrapped by recovery words; the words never leave the device.

    Attributes:
        recipient: public part of the present identity: others seal to it from now on.
        kid: mark of the words (`SealedIdentity`).
        retires: recipients whose own wraps end, their identities being in this one.
    """

    recipient: str
    ciphertext: bytes
    kid: str
    retires: tuple[str, ...] = ()


class PositionSealed(_Event, frozen=True, tag="position_sealed"):
    """A reading stopped somewhere; the content is age ciphertext of the reader's own."""

    position_id: str
    ciphertext: bytes


class DeliberationSigned(_Event, frozen=True, tag="deliberation_signed"):
    """A signatory signed `base_sha256`, which made `signed_sha256` of `size` bytes."""

    deliberation_id: str
    field: str
    base_sha256: str
    signed_sha256: str
    size: int


class DeliberationRefused(_Event, frozen=True, tag="deliberation_refused"):
    """A signatory refused to sign, with a reason."""

    deliberation_id: str
    field: str
    base_sha256: str
    reason: str


Event: TypeAlias = (
    DossierPublished
    | DossierReleased
    | DossierCalledBack
    | DeliberationsPlaced
    | AssemblyKeyMade
    | AssemblyKeyShared
    | DossierReceived
    | ConvocationAcknowledged
    | DocumentOpened
    | NoteSealed
    | IdentitySealed
    | PositionSealed
    | DeliberationSigned
    | DeliberationRefused
)

Record: TypeAlias = (
    Authority
    | Assembly
    | PoliticalGroup
    | Official
    | Mandate
    | Dossier
    | SealedDossier
    | Deliberation
    | Receipt
    | SealedNote
    | SharedNote
    | SealedIdentity
    | SealedPosition
    | Access
    | EnrolledDevice
    | AssemblyKey
    | KeyShare
    | KeyOrder
)

#: Kind of a change on the wire → the record that its body is, and the field that identifies it.
RECORDS: dict[str, tuple[type, str]] = {
    "authority": (Authority, "authority_id"),
    "assembly": (Assembly, "assembly_id"),
    "political_group": (PoliticalGroup, "group_id"),
    "official": (Official, "official_id"),
    "mandate": (Mandate, "mandate_id"),
    "dossier": (Dossier, "sitting_id"),
    "sealed_dossier": (SealedDossier, "sitting_id"),
    "deliberation": (Deliberation, "deliberation_id"),
    "receipt": (Receipt, "receipt_id"),
    "note": (SealedNote, "note_id"),
    "shared_note": (SharedNote, "share_id"),
    "identity": (SealedIdentity, "recipient"),
    "position": (SealedPosition, "position_id"),
    "access": (Access, "assembly_id"),
    "device": (EnrolledDevice, "device_id"),
    "assembly_key": (AssemblyKey, "key_id"),
    "key_share": (KeyShare, "key_id"),
    "key_order": (KeyOrder, "assembly_id"),
}


#: The body of a change whose record is gone. (A union of `Raw` and None would never be read.)
GONE = msgspec.Raw(b"null")


class Change(msgspec.Struct, frozen=True):
    """Record `record_id` of `kind` now is `body`, or is gone (`body` is JSON null)."""

    feed: str
    seq: int
    kind: str
    record_id: str
    body: msgspec.Raw

    @property
    def gone(self) -> bool:
        """Whether the record is no more."""
        return bytes(self.body) == bytes(GONE)


class Answer(msgspec.Struct, frozen=True):
    """The server's word on one event: accepted, or rejected with a code of the error tree."""

    event_id: str
    accepted: bool
    code: str = ""
    parameters: dict[str, str | int] = {}


class ExchangeRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a device sends: at most `MAX_EVENTS` events, and how far it read each feed.

    Attributes:
        epoch: the one this device last saw, empty before the first exchange.
        cursor: feed → last sequence number applied; a feed not named starts at 0.
        seal: of cursor and heads (`sync.protocol.heads`), empty when not all heads are known.
        ask: at most `MAX_ASKED` identifiers of events that the server accepted in an earlier epoch:
            which of them does it not know?
        again: identifiers of events of this batch whose refusal shall not be kept: the server was
            restored, and others may not have sent again yet what the event needs.
    """

    protocol: int
    epoch: str
    cursor: dict[str, int]
    events: tuple[Event, ...]
    seal: str = ""
    ask: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


class ExchangeReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the server answers.

    Attributes:
        cursor: the whole new cursor; it names exactly the feeds that the device may read.
        more: further changes wait: exchange again.
        retry_after: seconds to wait before the next routine exchange.
        heads: feed → head at its number in `cursor`, for feeds whose number the request did not
            name.
        unknown: of the events asked about, those that this server does not know.
    """

    protocol: int
    epoch: str
    server_time: datetime
    answers: tuple[Answer, ...]
    changes: tuple[Change, ...]
    cursor: dict[str, int]
    more: bool
    retry_after: int = 60
    heads: dict[str, str] = {}
    unknown: tuple[str, ...] = ()


class Hint(msgspec.Struct, frozen=True):
    """What a stream of hints tells: how far the feeds of this device are.

    Attributes:
        cursor: feed → number, of exactly the feeds that the device may read.
    """

    epoch: str
    cursor: dict[str, int]


class DeltaSearch(msgspec.Struct, frozen=True):
    """Which files a device lacks, and which it holds that may help.

    Attributes:
        wanted, held: digests, at most `MAX_DELTA_FILES` each.
        kinds: those of `DeltaKind` that the device can apply.
        deflate: how the device deflates (`sync.delta.probe`): PDF-aware deltas are exact only then.
    """

    wanted: tuple[str, ...]
    held: tuple[str, ...]
    kinds: tuple[str, ...]
    deflate: str = ""


class FoundDeltas(msgspec.Struct, frozen=True):
    """What there is for one file, the smallest first.

    Attributes:
        retry_after: more is being computed: ask again after so many seconds; 0: this is all.
    """

    sha256: str
    offers: tuple[DeltaOffer, ...] = ()
    retry_after: int = 0


class DeltasFound(msgspec.Struct, frozen=True):
    """The answer to a `DeltaSearch`: an entry for each file wanted."""

    found: tuple[FoundDeltas, ...]


class DrainRequest(msgspec.Struct, frozen=True):
    """What a device that was revoked or replaced hands in; `last` closes the door behind it."""

    protocol: int
    events: tuple[Event, ...]
    last: bool = False


class DrainReply(msgspec.Struct, frozen=True):
    """The answers; no change of anybody goes down."""

    protocol: int
    answers: tuple[Answer, ...]


def assembly_feed(assembly_id: str) -> str:
    """Name the feed that every member and the secretariat of an assembly read."""
    return f"assembly:{assembly_id}"


def secretariat_feed(assembly_id: str) -> str:
    """Name the feed of receipts and circuits that only the assembly's secretariat reads."""
    return f"secretariat:{assembly_id}"


def official_feed(official_id: str) -> str:
    """Name the feed of one person: own notes, access, devices, deliberations to sign."""
    return f"official:{official_id}"


def blobs_of(event: Event) -> tuple[str, ...]:
    """Digests that the server must hold before it can accept `event`."""
    match event:
        case DossierPublished(dossier=dossier):
            return tuple(
                version.sha256 for document in dossier.documents for version in document.versions
            )
        case DeliberationsPlaced(deliberations=deliberations):
            return tuple(each.current.sha256 for each in deliberations)
        case DeliberationSigned(signed_sha256=sha256):
            return (sha256,)
        case _:
            return ()
