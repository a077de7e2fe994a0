"""The tables. Views and the console never query them: `access` reads, `actions` write."""

from __future__ import annotations

from sync.server.models.audit import AuditLine
from sync.server.models.blob import Blob, BlobGrant, Upload
from sync.server.models.dossier import DossierRevision, Sitting
from sync.server.models.enrolment import Device, EnrolmentCode, FailedTry, SeenProof, Token
from sync.server.models.feed import AppliedEvent, Change, Feed, ServerState
from sync.server.models.people import (
    AccessGrant,
    Assembly,
    Authority,
    Mandate,
    Official,
    PoliticalGroup,
)
from sync.server.models.record import Deliberation, Receipt, SealedNote
from sync.server.models.trust import PinnedCertificate, TrustRoot

__all__ = [
    "AccessGrant",
    "AppliedEvent",
    "Assembly",
    "AuditLine",
    "Authority",
    "Blob",
    "BlobGrant",
    "Change",
    "Deliberation",
    "Device",
    "DossierRevision",
    "EnrolmentCode",
    "FailedTry",
    "Feed",
    "Mandate",
    "Official",
    "PinnedCertificate",
    "PoliticalGroup",
    "Receipt",
    "SealedNote",
    "SeenProof",
    "ServerState",
    "Sitting",
    "Token",
    "TrustRoot",
    "Upload",
]
