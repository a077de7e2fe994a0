"""A device that was revoked or replaced handed in everything: the door closes behind it."""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock
from sync.server import audit, transactions
from sync.server.access import Person
from sync.server.models import Device
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF


def do_close_drain(person: Person) -> None:
    """Note when the device handed in the last of what it held; later calls change nothing."""

    def act() -> None:
        row = Device.objects.select_for_update().get(id=person.device.id)
        if row.drained_at is None:
            row.drained_at = clock.now()
            row.save(update_fields=["drained_at"])
            audit.record(person, "close_drain", row.id, name=row.name)

    transactions.run(act)
