"""Deliberations as a person is shown them: steps, whose turn, what they may do."""

from __future__ import annotations

from boardpack.domain.people import Official
from boardpack.domain.signature import CircuitStep
from boardpack.services.library import Library
from boardpack.services.read_models import DeliberationRow, StepRow
from boardpack.store.deliberations import ProjectedDeliberation
from boardpack.workflow.abilities import deliberation_abilities


def deliberation_row(library: Library, projected: ProjectedDeliberation) -> DeliberationRow:
    """Return one deliberation as a line of the inbox or of the follow-up."""
    deliberation = projected.deliberation
    found = library.find(deliberation.sitting_id)
    # A signatory who does not sit there knows the day it was placed only.
    starts_at = found.dossier.starts_at if found else deliberation.placed_at
    assembly_id = deliberation.assembly_id
    roles = library.roles.get(assembly_id, frozenset())
    return DeliberationRow(
        deliberation_id=deliberation.deliberation_id,
        sitting_id=deliberation.sitting_id,
        number=deliberation.number,
        title=deliberation.title,
        sitting_title=found.dossier.title if found else "",
        starts_at=library.local(starts_at, assembly_id),
        assembly=library.badge(assembly_id),
        sha256=deliberation.current.sha256,
        pages=deliberation.current.pages,
        state=deliberation.state,
        steps=tuple(
            _step_row(library, assembly_id, step, library.officials.get(step.official_id))
            for step in deliberation.steps
        ),
        abilities=deliberation_abilities(roles, deliberation, library.official_id),
        available=deliberation.current.sha256 in library.available,
        waiting=projected.waiting,
    )


def _step_row(
    library: Library, assembly_id: str, step: CircuitStep, official: Official | None
) -> StepRow:
    return StepRow(
        field=step.field,
        official_name=official.name if official else "",
        quality=step.quality,
        state=step.state,
        at=library.local(step.at, assembly_id) if step.at else None,
        reason=step.reason,
        mine=step.official_id == library.official_id,
        verdict=step.verdict,
        signer=step.signer,
    )
