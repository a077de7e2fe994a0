"""The secretariat sends a first or corrected revision of a dossier."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from boardpack.domain import clock
from boardpack.domain.dossier import Dossier
from boardpack.workflow.transitions import DossierState, StaleBaseError, Verb, move_dossier
from sync.protocol import codec
from sync.protocol.errors import BadEventError
from sync.protocol.messages import DossierPublished, assembly_feed
from sync.server import audit, blobs, feeds, records
from sync.server.access import Person, access_assembly
from sync.server.actions.dossier_rules import check_dossier, check_history
from sync.server.actions.held import require_held
from sync.server.models import DossierRevision, Sitting
from sync.server.permission import Permission, require_role

PERMISSION: Final = Permission.OFFICE


def do_publish_dossier(person: Person, event: DossierPublished) -> None:
    """Publish the revision; to be called in a transaction.

    The instants of sending are the server's: the legal delay counts from them.

    Raises:
        RoleNeededError, NoAccessError: the sender is not that assembly's secretariat.
        StaleBaseError: somebody sent this revision first.
        ChangedHistoryError: what was sent before is missing or altered.
        BlobMissingError: a file is still to be uploaded.
    """
    dossier = event.dossier
    check_dossier(dossier)
    require_role(person, PERMISSION, dossier.assembly_id)
    access_assembly(person, dossier.assembly_id)
    before = _before(dossier)
    if before is None:
        move_dossier(DossierState.DRAFT, Verb.PUBLISH)
    else:
        move_dossier(DossierState.SENT, Verb.CORRECT)
        check_history(before, dossier)
    versions = [each for document in dossier.documents for each in document.versions]
    require_held(person, versions)
    now = clock.now()
    first = before.first_sent_at if before else now
    sent = replace(dossier, first_sent_at=first, revised_at=now)
    _keep(person, sent)
    feed = assembly_feed(sent.assembly_id)
    blobs.grant((each.sha256 for each in versions), [feed])
    feeds.append([feed], sent)
    audit.record(person, "publish_dossier", sent.sitting_id, revision=sent.revision)


def _before(dossier: Dossier) -> Dossier | None:
    """Return the revision in force, its sitting's row locked."""
    sitting = Sitting.objects.select_for_update().filter(id=dossier.sitting_id).first()
    revision = sitting.revision if sitting else 0
    if sitting is not None and sitting.assembly_id != dossier.assembly_id:
        raise BadEventError(what="assembly_id")
    if dossier.revision != revision + 1:
        raise StaleBaseError(revision=revision)
    if sitting is None:
        return None
    return records.dossier(DossierRevision.objects.get(sitting=sitting, revision=revision))


def _keep(person: Person, dossier: Dossier) -> None:
    sitting, _ = Sitting.objects.update_or_create(
        id=dossier.sitting_id,
        defaults={
            "assembly_id": dossier.assembly_id,
            "title": dossier.title,
            "starts_at": dossier.starts_at,
            "revision": dossier.revision,
        },
    )
    DossierRevision.objects.create(
        sitting=sitting,
        revision=dossier.revision,
        manifest_sha256=dossier.manifest_sha256(),
        body=codec.encode(dossier),
        published_at=dossier.revised_at,
        published_by=person.official,
    )
