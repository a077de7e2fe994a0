"""A device has sent again all that a restored server lacked: what waited for it may be told."""

from __future__ import annotations

from typing import Final

from sync.server import transactions
from sync.server.access import Person
from sync.server.actions import holding
from sync.server.models import Assembly
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF


def do_settle_device(person: Person, epoch: str) -> None:
    """Note it, once an epoch; let go what its assemblies hold when no other device is awaited."""
    if person.device.settled_epoch == epoch:
        return

    def act() -> None:
        person.device.settled_epoch = epoch
        person.device.save(update_fields=["settled_epoch"])
        free = [
            each.id
            for each in Assembly.objects.filter(id__in=person.offices)
            if not holding.awaited(each).exists()
        ]
        holding.let_go(person, free)

    transactions.run(act)
