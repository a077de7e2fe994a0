"""A device proves what its official received, acknowledged or opened."""

from __future__ import annotations

from typing import Final, TypeAlias

from boardpack.domain import clock
from boardpack.domain.records import ReceiptKind
from sync.protocol.errors import WrongManifestError
from sync.protocol.messages import ConvocationAcknowledged, DocumentOpened, DossierReceived
from sync.server import audit, feeds, records
from sync.server.access import Person, access_revision
from sync.server.actions import checks
from sync.server.models import DossierRevision, Receipt
from sync.server.permission import Permission, require_role

PERMISSION: Final = Permission.READER
Proof: TypeAlias = DossierReceived | ConvocationAcknowledged | DocumentOpened


def do_record_receipt(person: Person, event: Proof) -> None:
    """Keep the receipt unless there is one already; to be called in a transaction.

    Raises:
        NoAccessError: no such revision of a sitting of the person's assemblies.
        WrongManifestError: the bytes named are not those that the server sent.
    """
    checks.identifier(event.sitting_id, "sitting_id")
    revision = access_revision(person, event.sitting_id, event.revision)
    sitting = revision.sitting
    require_role(person, PERMISSION, sitting.assembly_id)
    kind, document_id, sha256 = _named(event, revision)
    receipt, created = Receipt.objects.get_or_create(
        sitting=sitting,
        official=person.official,
        kind=kind.value,
        document_id=document_id,
        sha256=sha256,
        defaults={
            "assembly_id": sitting.assembly_id,
            "device": person.device,
            "revision": event.revision,
            "at": event.at,
            "recorded_at": clock.now(),
        },
    )
    if created:
        feeds.append(records.feeds_of_receipt(receipt), records.receipt(receipt))
        audit.record(person, f"receipt_{kind.value}", sitting.id, revision=event.revision)


def _named(event: Proof, revision: DossierRevision) -> tuple[ReceiptKind, str, str]:
    """Return the receipt's kind, document and digest, checked against what was published."""
    match event:
        case DocumentOpened(document_id=document_id, sha256=sha256):
            if not _published(revision, document_id, sha256):
                raise WrongManifestError(revision=event.revision)
            return ReceiptKind.OPENED, document_id, sha256
        case DossierReceived(manifest_sha256=sha256):
            kind = ReceiptKind.RECEIVED
        case ConvocationAcknowledged(manifest_sha256=sha256):
            kind = ReceiptKind.ACKNOWLEDGED
    if sha256 != revision.manifest_sha256:
        raise WrongManifestError(revision=event.revision)
    return kind, "", sha256


def _published(revision: DossierRevision, document_id: str, sha256: str) -> bool:
    dossier = records.dossier(revision)
    return any(
        version.sha256 == sha256
        for document in dossier.documents
        if document.document_id == document_id
        for version in document.versions
    )
