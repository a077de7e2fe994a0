"""The job that waits for a dossier's instant."""

from __future__ import annotations

from typing import Final

from sync.server.actions.do_tell_dossier import do_tell_dossier
from sync.server.jobs.definition import job
from sync.server.permission import Operator

#: Who the audit names: the server itself.
SERVER: Final = Operator("boardpack-server")


@job(attempts=20, priority=50)
def tell_dossier(sitting_id: str, revision: int) -> None:
    """Tell readers of a revision; before all other jobs: a legal delay hangs on it."""
    do_tell_dossier(SERVER, sitting_id, revision)
