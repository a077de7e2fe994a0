"""What the server rejected, as the person is shown it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from boardpack.domain.errors import Parameter
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
        content: of a note, in clear: its author can still read it.
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
    content: bytes | None


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
        content=row.content,
    )


def _title(row: OutboxRow) -> str:
    match row.event:
        case DossierPublished(dossier=dossier):
            return dossier.title
        case DeliberationsPlaced(deliberations=placed):
            return ", ".join(each.number for each in placed)
        case _:
            return ""
