"""A device says, signed by its own key, that it destroyed what it held."""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock
from boardpack.domain.records import DeviceState
from sync.protocol.errors import NotAuthorisedError
from sync.server import audit, transactions
from sync.server.access import Person
from sync.server.models import Device
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF


def do_record_erasure(device: Device) -> None:
    """Note that `device`, whose signature was checked, is erased; once.

    Raises:
        NotAuthorisedError: the device is in use.
    """

    def act() -> None:
        row = Device.objects.select_for_update().select_related("official").get(id=device.id)
        if row.state == DeviceState.ACTIVE:
            raise NotAuthorisedError(reason="erasure")
        if row.erased_at is None:
            row.erased_at = clock.now()
            row.save(update_fields=["erased_at"])
            audit.record(Person(row.official, row), "erase_device", row.id, name=row.name)

    transactions.run(act)
