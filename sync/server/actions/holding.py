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
from sync.server import audit, identity, records
from sync.server.access import Person, office_today
from sync.server.actions.tell_job import tell_dossier
from sync.server.models import Assembly, Device, DossierRevision, Sitting
from sync.server.permission import Acting


def hold_all() -> int:
    """Hold every dossier that readers were not told of; return how many; in a transaction."""
    return Sitting.objects.filter(told_at=None).update(held=True)


def hold(sitting: Sitting) -> None:
    """Hold one; in a transaction."""
    _set(sitting, held=True)


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


def let_go(actor: Acting, assemblies: Iterable[str]) -> int:
    """Tell what these assemblies hold, each at its instant; return how many; in a transaction."""
    rows = Sitting.objects.select_for_update().filter(held=True, assembly__in=list(assemblies))
    found = list(rows.order_by("id"))
    for sitting in found:
        _set(sitting, held=False)
        row = DossierRevision.objects.get(sitting=sitting, revision=sitting.revision)
        dossier = records.dossier(row)
        if dossier.telling is Telling.WAITS:
            at = max(dossier.not_before or clock.now(), clock.now())
            tell_dossier.using(run_after=at).enqueue(sitting.id, sitting.revision)
        audit.record(actor, "let_go_dossier", sitting.id)
    return len(found)


def _set(sitting: Sitting, *, held: bool) -> None:
    sitting.held = held
    sitting.save(update_fields=["held"])
