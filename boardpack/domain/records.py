"""What only the server writes and devices are told through feeds, beside dossiers and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from boardpack.domain.hlc import Stamp
from boardpack.domain.people import Role


class ReceiptKind(StrEnum):
    """What a receipt proves."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    OPENED = "opened"


@dataclass(frozen=True)
class Receipt:
    """What a device proved: who, which revision, which bytes, when.

    Attributes:
        document_id: only for `opened`.
        sha256: the manifest's digest (`received`, `acknowledged`), the document's (`opened`).
        at: the device's clock; `recorded_at` is the server's and decides.
    """

    receipt_id: str
    kind: ReceiptKind
    sitting_id: str
    assembly_id: str
    official_id: str
    device_id: str
    revision: int
    sha256: str
    at: datetime
    recorded_at: datetime
    document_id: str | None = None


@dataclass(frozen=True)
class SealedVersion:
    """One state of a note: age ciphertext (D6); `deleted` lets the server forget it one day."""

    version_id: str
    ciphertext: bytes
    deleted: bool = False


@dataclass(frozen=True)
class SealedNote:
    """An annotation of this official as the server holds it: it cannot read it, nor merge it.

    Attributes:
        versions: those that no other one replaced; devices merge them.
        readers: officials who get it today because its author shares it.
    """

    note_id: str
    versions: tuple[SealedVersion, ...]
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoteReaders:
    """To whom a note was sealed beside its author: all that the server learns of a sharing.

    Attributes:
        assembly_id: empty when the note is shared no more.
        group_id: of the political group, empty when people were chosen one by one.
        at: when its author decided so; an older decision that comes later changes nothing.
    """

    assembly_id: str
    official_ids: tuple[str, ...]
    group_id: str
    at: Stamp


@dataclass(frozen=True)
class SharedNote:
    """A note that another official shares with this one; `share_id` is the server's own."""

    share_id: str
    note_id: str
    author_id: str
    assembly_id: str
    versions: tuple[SealedVersion, ...]


@dataclass(frozen=True)
class SealedIdentity:
    """An official's age identities, wrapped by their recovery words; nobody else can open them.

    Attributes:
        recipient: public part of the present identity.
        kid: mark of the words, in hexadecimal, so that a wrap by newer words can be told.
    """

    recipient: str
    ciphertext: bytes
    kid: str


@dataclass(frozen=True)
class SealedPosition:
    """Where a reading stopped: age ciphertext; `position_id` says nothing of the document."""

    position_id: str
    ciphertext: bytes


@dataclass(frozen=True)
class SealedPack:
    """Files sealed together (`boardpack.sealing.packs`); `key` once members are told."""

    sha256: str
    size: int
    key: bytes = b""


@dataclass(frozen=True)
class SealedDossier:
    """A dossier that members hold before they are told of it: its bytes, nothing else.

    Attributes:
        day: of the sitting, at its assembly.
        offered_at, spread_s: as `Dossier.revised_at` and `spread_s`, for the packs.
        opened: members were told: whoever has not fetched a pack fetches files instead.
    """

    sitting_id: str
    assembly_id: str
    day: date
    packs: tuple[SealedPack, ...]
    offered_at: datetime
    spread_s: int = 0
    opened: bool = False


@dataclass(frozen=True)
class Access:
    """Access to an assembly gained or lost, told on the official's own feed (D8).

    Attributes:
        immediate: it was lost for a cause: what is on the device goes at once, without the time
            in which the person may export their notes.
    """

    assembly_id: str
    roles: tuple[Role, ...]
    granted: bool
    immediate: bool = False


class DeviceState(StrEnum):
    """What the server thinks of a device."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


class RevocationReason(StrEnum):
    """Why IT revoked a device, as its owner is told."""

    LOST = "lost"
    LEFT = "left"
    REPLACED = "replaced"
    OTHER = "other"


@dataclass(frozen=True)
class EnrolledDevice:
    """A device of this official."""

    device_id: str
    name: str
    state: DeviceState
    enrolled_at: datetime
