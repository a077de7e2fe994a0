"""Which key of an assembly is in force, and what a next one must answer for."""

from __future__ import annotations

from django.db.models import F

from boardpack.domain.trust import AssemblyKey, Covered
from sync.server import models, records


def lock(assembly_id: str) -> None:
    """Hold the assembly: no key is made while a dossier is published, nor the other way round."""
    models.Assembly.objects.select_for_update().get(id=assembly_id)


def in_force(assembly_id: str) -> AssemblyKey | None:
    """Return the assembly's key in force, None when none was ever made."""
    row = models.AssemblyKey.objects.filter(assembly=assembly_id).order_by("-number").first()
    return records.assembly_key(row) if row else None


def in_force_dossiers(assembly_id: str) -> tuple[Covered, ...]:
    """Return every sitting's revision in force, by sitting."""
    rows = models.DossierRevision.objects.filter(
        sitting__assembly=assembly_id, revision=F("sitting__revision")
    ).order_by("sitting_id")
    found = rows.values_list("sitting_id", "revision", "manifest_sha256")
    return tuple(Covered(*each) for each in found)
