"""What the server rejected, and what this device refused of its word, as the person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from boardpack.annotation import codec
from boardpack.annotation.record import shown
from boardpack.domain.errors import Parameter
from boardpack.store.doubts import Doubt
from boardpack.store.outbox import OutboxRow
from sync.protocol.messages import (
    DeliberationsPlaced,
    DossierPublished,
)


@dataclass(frozen=True)
class RejectedRow:
    """One action that the server rejected; it stays until the person dismisses it.

    Attributes:
        kind: what was done ("note_sealed", "deliberation_signed", …).
        title: what it was about, where the event itself says it.
        text: of a note: its author can still read it.
        code, parameters: the reason; see `boardpack.messages.error_text`.
    """

    event_id: str
    kind: str
    subject_id: str
    sitting_id: str | None
    document_id: str | None
    title: str
    at: datetime
    code: str
    parameters: dict[str, Parameter]
    text: str


@dataclass(frozen=True)
class DoubtRow:
    """Something signed that was refused, or must be said about it; `code` and text as above."""

    subject_id: str
    at: datetime
    code: str
    parameters: dict[str, Parameter]


def doubt_row(doubt: Doubt) -> DoubtRow:
    """Return a doubt as the person is shown it."""
    return DoubtRow(doubt.subject_id, doubt.at, doubt.code, dict(doubt.parameters))


def rejected_row(row: OutboxRow) -> RejectedRow:
    """Return an outbox row as the person is shown it."""
    return RejectedRow(
        event_id=row.event_id,
        kind=row.kind,
        subject_id=row.subject_id,
        sitting_id=row.sitting_id,
        document_id=row.document_id,
        title=_title(row),
        at=row.created_at,
        code=row.code,
        parameters=dict(row.parameters),
        text=shown(codec.decode(row.content)).text if row.content else "",
    )


def _title(row: OutboxRow) -> str:
    match row.event:
        case DossierPublished(dossier=dossier):
            return dossier.title
        case DeliberationsPlaced(deliberations=placed):
            return ", ".join(each.number for each in placed)
        case _:
            return ""
