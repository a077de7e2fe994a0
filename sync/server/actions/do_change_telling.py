"""The secretariat has members told now of a dossier that waits, or takes it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from boardpack.domain.dossier import Telling
from boardpack.workflow.transitions import StaleBaseError
from sync.protocol import codec
from sync.protocol.errors import NoAccessError
from sync.protocol.messages import DossierCalledBack, DossierReleased
from sync.server import audit, records
from sync.server.access import Person
from sync.server.actions import checks, sealed_ahead, telling
from sync.server.models import DossierRevision, Sitting
from sync.server.permission import Permission, require_role

PERMISSION: Final = Permission.OFFICE


def do_change_telling(person: Person, event: DossierReleased | DossierCalledBack) -> None:
    """Tell members at once, or let them be told of nothing; to be called in a transaction.

    Raises:
        RoleNeededError, NoAccessError: the sender is not that assembly's secretariat.
        StaleBaseError: members were told, or another revision took its place.
    """
    checks.identifier(event.sitting_id, "sitting_id")
    checks.count(event.revision, "revision", least=1)
    sitting = Sitting.objects.select_for_update().filter(id=event.sitting_id).first()
    if sitting is None:
        raise NoAccessError
    require_role(person, PERMISSION, sitting.assembly_id)
    if sitting.told_at is not None or sitting.revision != event.revision:
        raise StaleBaseError(revision=sitting.revision)
    row = DossierRevision.objects.get(sitting=sitting, revision=event.revision)
    if isinstance(event, DossierReleased):
        telling.tell(sitting, row, None, early=True)
        audit.record(person, "release_dossier", sitting.id, revision=event.revision)
        return
    back = replace(records.dossier(row), telling=Telling.CALLED_BACK)
    row.body = codec.encode(back)
    row.save(update_fields=["body"])
    sealed_ahead.take_back(sitting)
    telling.show_office(back)
    audit.record(person, "call_back_dossier", sitting.id, revision=event.revision)
