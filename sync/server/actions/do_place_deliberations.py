"""The secretariat places deliberations to be signed, with their signatories in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from boardpack.domain import clock
from boardpack.domain.signature import CircuitStep, Deliberation, StepState
from boardpack.workflow.transitions import DossierState, Verb, move_dossier
from sync.protocol import codec
from sync.protocol.errors import BadEventError
from sync.protocol.messages import DeliberationsPlaced
from sync.server import audit, blobs, feeds, models, records
from sync.server.access import Person, access_sitting
from sync.server.actions import checks
from sync.server.actions.dossier_rules import TITLE, check_versions
from sync.server.actions.held import require_held
from sync.server.permission import Permission, require_role

PERMISSION: Final = Permission.OFFICE
MAX_DELIBERATIONS: Final = 300
MAX_STEPS: Final = 10


def do_place_deliberations(person: Person, event: DeliberationsPlaced) -> None:
    """Place all of them or none; to be called in a transaction.

    Raises:
        RoleNeededError, NoAccessError: the sender is not that assembly's secretariat.
        BadEventError: a deliberation exists already or contradicts itself.
        BlobMissingError: a file is still to be uploaded.
    """
    if not 0 < len(event.deliberations) <= MAX_DELIBERATIONS:
        raise BadEventError(what="deliberations")
    for deliberation in event.deliberations:
        _check(deliberation)
        require_role(person, PERMISSION, deliberation.assembly_id)
        _place(person, deliberation)


def _check(deliberation: Deliberation) -> None:
    checks.identifier(deliberation.deliberation_id, "deliberation_id")
    checks.identifier(deliberation.sitting_id, "sitting_id")
    checks.identifier(deliberation.assembly_id, "assembly_id")
    checks.text(deliberation.number, "number", 60)
    checks.text(deliberation.title, "title", TITLE, empty=False)
    check_versions(deliberation.versions)
    if len(deliberation.versions) != 1:
        raise BadEventError(what="versions")
    if not 0 < len(deliberation.steps) <= MAX_STEPS:
        raise BadEventError(what="steps")
    if len({step.field for step in deliberation.steps}) != len(deliberation.steps):
        raise BadEventError(what="step.field")
    for step in deliberation.steps:
        _check_step(step)


def _check_step(step: CircuitStep) -> None:
    checks.text(step.field, "step.field", 60, empty=False)
    checks.identifier(step.official_id, "step.official_id")
    checks.text(step.quality, "step.quality", 200)
    fresh = CircuitStep(step.field, step.official_id, step.quality)
    if step != fresh or step.state is not StepState.WAITING:
        raise BadEventError(what="step.state")


def _place(person: Person, deliberation: Deliberation) -> None:
    sitting = access_sitting(person, deliberation.sitting_id)
    if sitting.assembly_id != deliberation.assembly_id:
        raise BadEventError(what="assembly_id")
    move_dossier(DossierState.SENT, Verb.PLACE)
    if models.Deliberation.objects.filter(id=deliberation.deliberation_id).exists():
        raise BadEventError(what="deliberation_id")
    signatories = _signatories(deliberation)
    require_held(person, deliberation.versions)
    placed = replace(deliberation, placed_at=clock.now())
    row = models.Deliberation.objects.create(
        id=placed.deliberation_id,
        sitting=sitting,
        assembly_id=placed.assembly_id,
        body=codec.encode(placed),
        placed_at=placed.placed_at,
    )
    row.signatories.set(signatories)
    names = records.feeds_of_deliberation(placed)
    blobs.grant([placed.current.sha256], names)
    feeds.append(names, placed)
    audit.record(person, "place_deliberation", placed.deliberation_id, number=placed.number)


def _signatories(deliberation: Deliberation) -> list[models.Official]:
    wanted = {step.official_id for step in deliberation.steps}
    found = models.Official.objects.filter(
        id__in=wanted, mandate__assembly=deliberation.assembly_id
    ).distinct()
    if len(found) != len(wanted):
        raise BadEventError(what="step.official_id")
    return list(found)
