"""After a restore from backup, IT begins a new epoch: devices read their feeds again.

What readers were not told of is held until its secretariat was heard (`holding`).
"""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock, ids
from boardpack.domain.errors import ActionableError
from sync.server import audit, identity, transactions
from sync.server.actions import holding
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


class ClockBehindError(ActionableError):
    """The clock of this machine is before the beginning of the present epoch."""

    code = "server.clock_behind"


def do_renew_epoch(actor: Acting) -> str:
    """Return the new epoch.

    Raises:
        ClockBehindError: it would sort before the present one, and devices refuse to go back.
    """
    operator = require_operator(actor)

    def act() -> str:
        row = identity.state()
        epoch = ids.new_id()
        if epoch <= row.epoch:
            raise ClockBehindError
        row.epoch = epoch
        row.restored_at = clock.now()
        row.save(update_fields=["epoch", "restored_at"])
        audit.record(operator, "renew_epoch", row.id, held=holding.hold_all())
        return row.epoch

    return transactions.run(act)
