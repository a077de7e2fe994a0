"""The server forgets what it sent ahead, once members were told long enough ago."""

from __future__ import annotations

from typing import Final

from sync.server import audit, transactions
from sync.server.actions import sealed_ahead
from sync.server.models import Sitting
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_forget_packs(actor: Acting, sitting_id: str) -> None:
    """Forget the packs of a sitting that members were told of; their bytes are collected later."""
    operator = require_operator(actor)

    def act() -> None:
        sitting = Sitting.objects.select_for_update().get(id=sitting_id)
        gone = sealed_ahead.take_back(sitting) if sitting.told_at is not None else 0
        if gone:
            audit.record(operator, "forget_packs", sitting_id, packs=gone)

    transactions.run(act)
