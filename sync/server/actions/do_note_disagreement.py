"""A device holds more, or another history, than this server: IT must see which."""

from __future__ import annotations

import logging
from typing import Final

from sync.server import audit, transactions
from sync.server.access import Person
from sync.server.models import AuditLine
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF
ACTION: Final = "server_disagreed"
_log = logging.getLogger("boardpack.server.exchange")


def do_note_disagreement(person: Person, code: str, epoch: str) -> None:
    """Write one line for each device, epoch and way of disagreeing; devices come back each minute.

    Args:
        person: whose device.
        code: of the error that it gets.
        epoch: the present one; after `restored` all begins anew.
    """

    def act() -> None:
        same = AuditLine.objects.filter(
            action=ACTION, subject_id=person.device.id, detail__epoch=epoch, detail__code=code
        )
        if not same.exists():
            audit.record(person, ACTION, person.device.id, code=code, epoch=epoch)
            _log.warning("device %s: %s", person.device.id, code)

    transactions.run(act)
