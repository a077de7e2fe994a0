"""The record of who did what: one line an action, in the action's own transaction."""

from __future__ import annotations

from typing import Protocol

from boardpack.domain import clock
from sync.server.models import AuditLine


class Actor(Protocol):
    """Whoever acts: a person with their device, an operator, the server itself."""

    @property
    def label(self) -> str:
        """How the audit names the actor."""


def record(actor: Actor, action: str, subject_id: str, **detail: str | int) -> None:
    """Write one line; never pass a secret or content."""
    AuditLine.objects.create(
        at=clock.now(), actor=actor.label[:200], action=action, subject_id=subject_id, detail=detail
    )
