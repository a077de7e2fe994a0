"""Dossiers that wait, on a server that was restored: held until their secretariats were heard.

What was called back after the backup waits again on the restored server, with its old instant: it
must not be told before the device that took it back has said so once more (ADR 0022).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from boardpack.domain import clock
from boardpack.domain.dossier import Dossier, Telling
from boardpack.domain.records import DeviceState
from sync.server import identity, records
from sync.server.access import Person, office_today
from sync.server.actions.tell_job import tell_dossier
from sync.server.models import Assembly, Device, DossierRevision, Sitting


def hold_all() -> int:
    """Hold every dossier that readers were not told of; return how many; in a transaction."""
    return Sitting.objects.filter(told_at=None).update(held=True)


def must_hold(person: Person, dossier: Dossier, sitting: Sitting | None) -> bool:
    """Whether what a device sends may be something old, whose end it is still to send."""
    if dossier.not_before is None or (sitting is not None and sitting.told_at is not None):
        return False
    state = identity.state()
    return state.restored_at is not None and person.device.settled_epoch != state.epoch


def awaited(assembly: Assembly) -> QuerySet[Device]:
    """Return the devices of its secretariat that may still bring back what the backup lacked."""
    state = identity.state()
    rows = Device.objects.filter(
        state=DeviceState.ACTIVE.value, official__in=office_today(assembly)
    )
    if state.restored_at is not None:
        rows = rows.filter(enrolled_at__lt=state.restored_at)
    return rows.exclude(settled_epoch=state.epoch)


def let_go(assemblies: Iterable[str]) -> list[str]:
    """Tell what is held of these assemblies, each at its instant; return the sittings."""
    rows = Sitting.objects.select_for_update().filter(held=True, assembly__in=list(assemblies))
    found = list(rows.order_by("id"))
    for sitting in found:
        sitting.held = False
        sitting.save(update_fields=["held"])
        row = DossierRevision.objects.get(sitting=sitting, revision=sitting.revision)
        dossier = records.dossier(row)
        if dossier.telling is Telling.WAITS:
            at = max(dossier.not_before or clock.now(), clock.now())
            tell_dossier.using(run_after=at).enqueue(sitting.id, sitting.revision)
    return [each.id for each in found]
