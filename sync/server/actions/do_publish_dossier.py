"""The secretariat sends a first or corrected revision of a dossier."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from boardpack.domain import clock
from boardpack.domain.dossier import Dossier, Telling
from boardpack.trust import dossiers as signatures
from boardpack.trust.errors import OtherKeyError
from boardpack.workflow.transitions import DossierState, StaleBaseError, Verb, move_dossier
from sync.protocol import codec
from sync.protocol.errors import BadEventError
from sync.protocol.messages import DossierPublished
from sync.server import audit, records
from sync.server.access import Person, access_assembly
from sync.server.actions import assembly_keys, delta_planning, holding, telling
from sync.server.actions.dossier_rules import check_dossier, check_history
from sync.server.actions.held import require_held
from sync.server.actions.seal_job import KEPT, forget_packs, seal_dossier
from sync.server.actions.tell_job import tell_dossier
from sync.server.models import DossierRevision, Sitting
from sync.server.permission import Permission, require_role

PERMISSION: Final = Permission.OFFICE


def do_publish_dossier(person: Person, event: DossierPublished) -> None:
    """Publish the revision; to be called in a transaction.

    The instants of sending are the server's: the legal delay counts from them. One with a
    `not_before` to come waits for it; one that corrects what readers have cannot.

    Raises:
        RoleNeededError, NoAccessError: the sender is not that assembly's secretariat.
        StaleBaseError: somebody sent this revision first, or it does not follow the one in force.
        UnsignedDossierError, ForgedDossierError: not signed, or not this content.
        OtherKeyError: signed by another key than the one in force: to be signed anew.
        ChangedHistoryError: what was sent before is missing or altered.
        BlobMissingError: a file is still to be uploaded.
    """
    dossier = event.dossier
    check_dossier(dossier)
    require_role(person, PERMISSION, dossier.assembly_id)
    access_assembly(person, dossier.assembly_id)
    assembly_keys.lock(dossier.assembly_id)
    before = _before(dossier)
    if before is None:
        move_dossier(DossierState.DRAFT, Verb.PUBLISH)
    else:
        move_dossier(DossierState.SENT, Verb.CORRECT)
        check_history(before, dossier)
    _check_signature(dossier, before)
    versions = [each for document in dossier.documents for each in document.versions]
    require_held(person, versions)
    _send(person, dossier, before)


def _send(person: Person, dossier: Dossier, before: Dossier | None) -> None:
    now = clock.now()
    known = Sitting.objects.filter(id=dossier.sitting_id).first()
    held = holding.must_hold(person, dossier, known)
    waits = held or telling.waits(dossier, now)
    if waits:
        telling.require_untold(known)
    fresh = replace(dossier, revised_at=now, first_sent_at=now, telling=Telling.TOLD, spread_s=0)
    kept = telling.put_off(fresh) if waits else fresh
    sitting, revision = _keep(person, kept, now)
    if held:
        holding.hold(sitting)
    delta_planning.plan_dossier(kept, before)
    detail: dict[str, str | int] = {"revision": kept.revision}
    if waits and kept.not_before:
        telling.show_office(kept)
        seal_dossier.enqueue(sitting.id, kept.revision)
        tell_dossier.using(run_after=kept.not_before).enqueue(sitting.id, kept.revision)
        forget_packs.using(run_after=kept.not_before + KEPT).enqueue(sitting.id)
        detail["not_before"] = kept.not_before.isoformat()
    else:
        telling.tell(sitting, revision, before if sitting.told_at else None)
    audit.record(person, "publish_dossier", kept.sitting_id, **detail)


def _check_signature(dossier: Dossier, before: Dossier | None) -> None:
    key_id = signatures.key_id_of(dossier)
    key = assembly_keys.in_force(dossier.assembly_id)
    if key is None or key.key_id != key_id:
        raise OtherKeyError
    said = signatures.verify(dossier, key)
    if said.previous != (before.manifest_sha256() if before else ""):
        raise StaleBaseError(revision=dossier.revision - 1)


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


def _keep(person: Person, dossier: Dossier, now: datetime) -> tuple[Sitting, DossierRevision]:
    sitting, _ = Sitting.objects.update_or_create(
        id=dossier.sitting_id,
        defaults={
            "assembly_id": dossier.assembly_id,
            "title": dossier.title,
            "starts_at": dossier.starts_at,
            "revision": dossier.revision,
        },
    )
    revision = DossierRevision.objects.create(
        sitting=sitting,
        revision=dossier.revision,
        manifest_sha256=dossier.manifest_sha256(),
        body=codec.encode(dossier),
        published_at=now,
        published_by=person.official,
    )
    return sitting, revision
