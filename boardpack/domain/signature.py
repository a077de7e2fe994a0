"""Deliberations to be signed and the circuit that each follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from boardpack.domain.dossier import DocumentVersion


class StepState(StrEnum):
    """Where one signatory's step stands."""

    WAITING = "waiting"
    SIGNED = "signed"
    REFUSED = "refused"


class CircuitState(StrEnum):
    """Where the whole circuit stands."""

    OPEN = "open"
    COMPLETE = "complete"
    REFUSED = "refused"


@dataclass(frozen=True)
class CircuitStep:
    """One signatory in the order of signature.

    Attributes:
        field: name of the signature field in the PDF ("Maire", "SecretaireDeSeance").
        quality: printed beside the name (CRPA L.212-1 asks for name and quality).
        verdict: the server's own verdict after it verified: valid or indeterminate.
        signer: subject of the certificate, as verified by the server.
    """

    field: str
    official_id: str
    quality: str
    state: StepState = StepState.WAITING
    at: datetime | None = None
    sha256: str = ""
    verdict: str = ""
    signer: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Deliberation:
    """A decided act with its signature circuit; each signature adds a version."""

    deliberation_id: str
    sitting_id: str
    assembly_id: str
    number: str
    title: str
    versions: tuple[DocumentVersion, ...]
    steps: tuple[CircuitStep, ...]
    placed_at: datetime
    item_id: str | None = None

    @property
    def current(self) -> DocumentVersion:
        """The version that the next signatory signs."""
        return self.versions[-1]

    @property
    def state(self) -> CircuitState:
        """Where the circuit stands."""
        states = [step.state for step in self.steps]
        if StepState.REFUSED in states:
            return CircuitState.REFUSED
        if StepState.WAITING in states:
            return CircuitState.OPEN
        return CircuitState.COMPLETE

    @property
    def next_step(self) -> CircuitStep | None:
        """The first step that waits, None when nothing waits or somebody refused."""
        if self.state is not CircuitState.OPEN:
            return None
        return next(step for step in self.steps if step.state is StepState.WAITING)
