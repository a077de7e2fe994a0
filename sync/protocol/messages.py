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
from boardpack.domain.records import Access, EnrolledDevice, Receipt, SealedNote
from boardpack.domain.signature import Deliberation

PROTOCOL = 1
MAX_EVENTS = 200
MAX_CHANGES = 500


class _Event(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=False):
    event_id: str
    at: datetime


class DossierPublished(_Event, frozen=True, tag="dossier_published"):
    """The secretariat sent a first or corrected revision; `dossier.revision` is base + 1."""

    dossier: Dossier


class DeliberationsPlaced(_Event, frozen=True, tag="deliberations_placed"):
    """The secretariat placed deliberations to be signed by the named signatories, in order."""

    deliberations: tuple[Deliberation, ...]


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
    """A note was written, changed or deleted; the content is age ciphertext."""

    note_id: str
    ciphertext: bytes
    deleted: bool = False


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
    | DeliberationsPlaced
    | DossierReceived
    | ConvocationAcknowledged
    | DocumentOpened
    | NoteSealed
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
    | Deliberation
    | Receipt
    | SealedNote
    | Access
    | EnrolledDevice
)

#: Kind of a change on the wire → the record that its body is, and the field that identifies it.
RECORDS: dict[str, tuple[type, str]] = {
    "authority": (Authority, "authority_id"),
    "assembly": (Assembly, "assembly_id"),
    "political_group": (PoliticalGroup, "group_id"),
    "official": (Official, "official_id"),
    "mandate": (Mandate, "mandate_id"),
    "dossier": (Dossier, "sitting_id"),
    "deliberation": (Deliberation, "deliberation_id"),
    "receipt": (Receipt, "receipt_id"),
    "note": (SealedNote, "note_id"),
    "access": (Access, "assembly_id"),
    "device": (EnrolledDevice, "device_id"),
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


class ExchangeRequest(msgspec.Struct, frozen=True):
    """What a device sends: at most `MAX_EVENTS` events, and how far it read each feed.

    Attributes:
        epoch: the one this device last saw, empty before the first exchange.
        cursor: feed → last sequence number applied; a feed not named starts at 0.
    """

    protocol: int
    epoch: str
    cursor: dict[str, int]
    events: tuple[Event, ...]


class ExchangeReply(msgspec.Struct, frozen=True):
    """What the server answers.

    Attributes:
        cursor: the whole new cursor; it names exactly the feeds that the device may read.
        more: further changes wait: exchange again.
        retry_after: seconds to wait before the next routine exchange.
    """

    protocol: int
    epoch: str
    server_time: datetime
    answers: tuple[Answer, ...]
    changes: tuple[Change, ...]
    cursor: dict[str, int]
    more: bool
    retry_after: int = 60


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
