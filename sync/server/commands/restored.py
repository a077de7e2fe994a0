"""`restored`: to be run once after a restore from backup, before devices come back."""

from __future__ import annotations

from boardpack.messages import _
from sync.server.actions.do_renew_epoch import do_renew_epoch
from sync.server.commands.outcome import Outcome
from sync.server.permission import Operator


def run() -> Outcome:
    """Begin a new epoch."""
    epoch = do_renew_epoch(Operator("boardpack-server restored"))
    return Outcome({"epoch": epoch}, [_("Devices will read everything again at their next sync.")])
