"""The server tells readers of a dossier whose instant has come."""

from __future__ import annotations

from typing import Final

from boardpack.domain.dossier import Telling
from sync.server import audit, records, transactions
from sync.server.actions import telling
from sync.server.models import DossierRevision, Sitting
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_tell_dossier(actor: Acting, sitting_id: str, revision: int) -> None:
    """Tell readers, unless they were told, another revision took this one's place, or it is held.

    Raises:
        TooEarlyError: its instant has not come, by the server's clock.
    """
    operator = require_operator(actor)

    def act() -> None:
        sitting = Sitting.objects.select_for_update().get(id=sitting_id)
        if sitting.revision != revision or sitting.told_at is not None or sitting.held:
            return
        row = DossierRevision.objects.get(sitting=sitting, revision=revision)
        if records.dossier(row).telling is Telling.CALLED_BACK:
            return
        telling.tell(sitting, row, None)
        audit.record(operator, "tell_dossier", sitting_id, revision=revision)

    transactions.run(act)
