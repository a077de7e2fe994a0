"""`restored`: to be run once after a restore from backup, before devices come back."""

from __future__ import annotations

from boardpack.messages import _
from sync.server.actions.do_renew_epoch import do_renew_epoch
from sync.server.commands.outcome import Outcome
from sync.server.permission import Operator


def run() -> Outcome:
    """Begin a new epoch."""
    epoch = do_renew_epoch(Operator("boardpack-server restored"))
    lines = [
        _("At their next exchange devices read everything again, without fetching files twice."),
        _("They send again what this server lost; leave it on until they all have exchanged."),
        _("Dossiers that wait for their instant are held until then: boardpack-server held."),
    ]
    return Outcome({"epoch": epoch}, lines)
