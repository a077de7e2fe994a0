"""Role × verb: the one place that computes what a person may do; it travels with the object."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from boardpack.domain.people import Role
from boardpack.domain.signature import Deliberation
from boardpack.workflow.transitions import DOSSIER, DossierState, Verb

_READER: Final = frozenset({Verb.READ, Verb.ANNOTATE, Verb.ACKNOWLEDGE})
_OFFICE: Final = frozenset(
    {Verb.READ, Verb.ANNOTATE, Verb.PUBLISH, Verb.CORRECT, Verb.FOLLOW, Verb.PLACE}
)

BY_ROLE: Final[dict[Role, frozenset[Verb]]] = {
    Role.MEMBER: _READER,
    Role.PRESIDENT: _READER,
    Role.VICE_PRESIDENT: _READER,
    Role.SECRETARY_OFFICE: _OFFICE,
}


def dossier_abilities(roles: Iterable[Role], state: DossierState) -> frozenset[Verb]:
    """Return what somebody with `roles` in the assembly may do with a dossier in `state`."""
    granted = frozenset[Verb]().union(*(BY_ROLE[role] for role in roles))
    return frozenset(verb for verb in granted if (state, verb) in DOSSIER)


def deliberation_abilities(
    roles: Iterable[Role], deliberation: Deliberation, official_id: str
) -> frozenset[Verb]:
    """Return what this official may do with a deliberation now."""
    verbs: set[Verb] = set()
    if any(step.official_id == official_id for step in deliberation.steps):
        verbs.add(Verb.READ)
    if Role.SECRETARY_OFFICE in roles:
        verbs |= {Verb.READ, Verb.FOLLOW}
    step = deliberation.next_step
    if step is not None and step.official_id == official_id:
        verbs |= {Verb.SIGN, Verb.REFUSE}
    return frozenset(verbs)
