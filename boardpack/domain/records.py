"""What only the server writes and devices are told through feeds, beside dossiers and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
class SealedNote:
    """An annotation as the server holds it: age ciphertext for its author's identity (D6)."""

    note_id: str
    ciphertext: bytes
    deleted: bool


@dataclass(frozen=True)
class Access:
    """Access to an assembly gained or lost, told on the official's own feed (D8)."""

    assembly_id: str
    roles: tuple[Role, ...]
    granted: bool


class DeviceState(StrEnum):
    """What the server thinks of a device."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class EnrolledDevice:
    """A device of this official."""

    device_id: str
    name: str
    state: DeviceState
    enrolled_at: datetime
