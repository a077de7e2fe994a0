"""The tables. Views and the console never query them: `access` reads, `actions` write."""

from __future__ import annotations

from sync.server.models.assembly_key import AssemblyKey, KeyOrder, KeyShare
from sync.server.models.audit import AuditLine
from sync.server.models.blob import Blob, BlobGrant, Upload
from sync.server.models.delta import Delta, DeltaPair, PublishedVersion
from sync.server.models.dossier import DossierRevision, Sitting
from sync.server.models.enrolment import Device, EnrolmentCode, FailedTry, SeenProof, Token
from sync.server.models.feed import AppliedEvent, Change, Feed, FeedHead, ServerState
from sync.server.models.job import QueuedJob
from sync.server.models.people import (
    AccessGrant,
    Assembly,
    Authority,
    Mandate,
    Official,
    PoliticalGroup,
)
from sync.server.models.record import (
    Deliberation,
    NoteReader,
    NoteVersion,
    Receipt,
    SealedIdentity,
    SealedNote,
    SealedPosition,
)
from sync.server.models.sealed import SealedPack
from sync.server.models.trust import PinnedCertificate, TrustRoot

__all__ = [
    "AccessGrant",
    "AppliedEvent",
    "Assembly",
    "AssemblyKey",
    "AuditLine",
    "Authority",
    "Blob",
    "BlobGrant",
    "Change",
    "Deliberation",
    "Delta",
    "DeltaPair",
    "Device",
    "DossierRevision",
    "EnrolmentCode",
    "FailedTry",
    "Feed",
    "FeedHead",
    "KeyOrder",
    "KeyShare",
    "Mandate",
    "NoteReader",
    "NoteVersion",
    "Official",
    "PinnedCertificate",
    "PoliticalGroup",
    "PublishedVersion",
    "QueuedJob",
    "Receipt",
    "SealedIdentity",
    "SealedNote",
    "SealedPack",
    "SealedPosition",
    "SeenProof",
    "ServerState",
    "Sitting",
    "Token",
    "TrustRoot",
    "Upload",
]
