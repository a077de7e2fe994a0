"""Over how long devices fetch what a revision brings, so that the line is never asked for more."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings

from boardpack.domain import spread
from boardpack.domain.dossier import Dossier
from boardpack.domain.records import DeviceState
from sync.server.access import members_today
from sync.server.models import Assembly, Device


def seconds(dossier: Dossier, had: Collection[str]) -> int:
    """Return over how many seconds the readers' devices fetch the files of a revision.

    Args:
        dossier: the revision that readers are told of.
        had: digests of files that they have.
    """
    sizes = {
        each.current.sha256: each.current.size for each in dossier.documents if not each.withdrawn
    }
    size = sum(size for sha256, size in sizes.items() if sha256 not in had)
    return of_size(dossier.assembly_id, size)


def of_size(assembly_id: str, size: int) -> int:
    """Return over how many seconds the devices of an assembly fetch so many bytes each."""
    readers = members_today(Assembly.objects.get(id=assembly_id))
    devices = Device.objects.filter(official__in=readers, state=DeviceState.ACTIVE.value).count()
    return spread.spread_s(devices, size, settings.LINE_MBIT)
