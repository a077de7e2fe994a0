"""The one table of state transitions; device and server judge by it.

A dossier lives through `DossierState`, a deliberation's circuit through the steps of
`boardpack.domain.signature`. An illegal transition raises and nothing happens.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from boardpack.domain.dossier import DocumentVersion
from boardpack.domain.errors import ActionableError
from boardpack.domain.signature import CircuitState, CircuitStep, Deliberation, StepState


class Verb(StrEnum):
    """What a person may want to do with a dossier or a deliberation."""

    READ = "read"
    ANNOTATE = "annotate"
    ACKNOWLEDGE = "acknowledge"
    PUBLISH = "publish"
    CORRECT = "correct"
    FOLLOW = "follow"
    PLACE = "place"
    SIGN = "sign"
    REFUSE = "refuse"


class DossierState(StrEnum):
    """Where a dossier stands for its secretariat."""

    DRAFT = "draft"
    SENT = "sent"


class IllegalTransitionError(ActionableError):
    """The thing is not in a state that allows this."""

    code = "workflow.illegal_transition"


class StaleBaseError(ActionableError):
    """Somebody signed or sent a newer version meanwhile."""

    code = "workflow.stale_base"


class NotYourTurnError(ActionableError):
    """Another signatory comes first."""

    code = "workflow.not_your_turn"


DOSSIER: Final[dict[tuple[DossierState, Verb], DossierState]] = {
    (DossierState.DRAFT, Verb.PUBLISH): DossierState.SENT,
    (DossierState.SENT, Verb.CORRECT): DossierState.SENT,
    (DossierState.SENT, Verb.READ): DossierState.SENT,
    (DossierState.SENT, Verb.ANNOTATE): DossierState.SENT,
    (DossierState.SENT, Verb.ACKNOWLEDGE): DossierState.SENT,
    (DossierState.SENT, Verb.FOLLOW): DossierState.SENT,
    (DossierState.SENT, Verb.PLACE): DossierState.SENT,
}

CIRCUIT: Final[dict[tuple[CircuitState, Verb], frozenset[StepState]]] = {
    (CircuitState.OPEN, Verb.SIGN): frozenset({StepState.SIGNED}),
    (CircuitState.OPEN, Verb.REFUSE): frozenset({StepState.REFUSED}),
}


def move_dossier(state: DossierState, verb: Verb) -> DossierState:
    """Return the dossier's state after `verb`.

    Raises:
        IllegalTransitionError: the table has no such line.
    """
    try:
        return DOSSIER[state, verb]
    except KeyError as error:
        raise IllegalTransitionError(state=state.value, verb=verb.value) from error


def waiting_step(
    deliberation: Deliberation, verb: Verb, official_id: str, field: str, base_sha256: str
) -> CircuitStep:
    """Return the step that `official_id` may take now by `verb`.

    Raises:
        IllegalTransitionError: the circuit is complete or refused.
        NotYourTurnError: the step that waits is another person's or another field.
        StaleBaseError: `base_sha256` is not the version in force.
    """
    if (deliberation.state, verb) not in CIRCUIT:
        raise IllegalTransitionError(state=deliberation.state.value, verb=verb.value)
    step = deliberation.next_step
    if step is None or step.official_id != official_id or step.field != field:
        raise NotYourTurnError(field=field, waiting_for=step.quality if step else "")
    if deliberation.current.sha256 != base_sha256:
        raise StaleBaseError(number=deliberation.number)
    return step


def signed(
    deliberation: Deliberation,
    step: CircuitStep,
    version: DocumentVersion,
    at: datetime,
    *,
    verdict: str = "",
    signer: str = "",
) -> Deliberation:
    """Return the deliberation after `step` was signed, with the version that this made."""
    done = replace(
        step,
        state=StepState.SIGNED,
        at=at,
        sha256=version.sha256,
        verdict=verdict,
        signer=signer,
    )
    return replace(
        deliberation,
        versions=(*deliberation.versions, version),
        steps=tuple(done if each == step else each for each in deliberation.steps),
    )


def refused(
    deliberation: Deliberation, step: CircuitStep, at: datetime, reason: str
) -> Deliberation:
    """Return the deliberation after `step` was refused with a reason.

    Raises:
        IllegalTransitionError: the reason is empty.
    """
    if not reason.strip():
        raise IllegalTransitionError(state="no_reason", verb=Verb.REFUSE.value)
    done = replace(step, state=StepState.REFUSED, at=at, reason=reason.strip())
    return replace(
        deliberation,
        steps=tuple(done if each == step else each for each in deliberation.steps),
    )
