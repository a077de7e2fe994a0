"""How much the authorities of a person may store, and how much they do.

A file counts once for an authority: when a feed of its assemblies or secretariats names it, when an
agent of its secretariats uploaded it, or is uploading it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db.models import Sum

from boardpack.domain.people import Role
from boardpack.domain.refusals import BlobTooLargeError, QuotaExceededError
from sync.protocol.messages import assembly_feed, official_feed, secretariat_feed
from sync.server.access import Person
from sync.server.models import Assembly, Authority, Blob, Mandate, Upload

MB: Final = 1000 * 1000


def require_room(person: Person, length: int) -> None:
    """Let pass when an authority for which the person sends takes a file of `length` bytes.

    Raises:
        BlobTooLargeError: the file is larger than each of them takes.
        QuotaExceededError: none of them has that much room left.
    """
    authorities = list(_authorities(person))
    limit = max((file_limit(each) for each in authorities), default=settings.FILE_LIMIT_MB * MB)
    if length > limit:
        raise BlobTooLargeError(limit=limit)
    rooms = [(room(each), each) for each in authorities if length <= file_limit(each)]
    if any(free is None or length <= free for free, _ in rooms):
        return
    free, authority = max(((free or 0, each) for free, each in rooms), key=lambda pair: pair[0])
    raise QuotaExceededError(
        authority=authority.name, free=free // MB, quota=(quota(authority) or 0) // MB
    )


def file_limit(authority: Authority) -> int:
    """Return the largest file in bytes."""
    return (authority.file_limit_mb or settings.FILE_LIMIT_MB) * MB


def quota(authority: Authority) -> int | None:
    """Return the authority's room in bytes, None for no limit."""
    given = settings.QUOTA_MB if authority.quota_mb is None else authority.quota_mb
    return given * MB or None


def room(authority: Authority) -> int | None:
    """Return how many bytes more the authority may store, None for no limit."""
    whole = quota(authority)
    return None if whole is None else max(0, whole - used(authority))


def used(authority: Authority) -> int:
    """Return how many bytes the authority stores, uploads under way included."""
    assemblies = list(Assembly.objects.filter(authority=authority).values_list("id", flat=True))
    agents = list(
        Mandate.objects.filter(assembly__in=assemblies, role=Role.SECRETARY_OFFICE)
        .values_list("official", flat=True)
        .distinct()
    )
    feeds = [name(each) for each in assemblies for name in (assembly_feed, secretariat_feed)]
    feeds += [official_feed(each) for each in agents]
    held = Blob.objects.filter(
        sha256__in=Blob.objects.filter(blobgrant__feed__in=feeds).values("sha256")
    ).aggregate(sum=Sum("size"))
    coming = Upload.objects.filter(official__in=agents).aggregate(sum=Sum("length"))
    return int(held["sum"] or 0) + int(coming["sum"] or 0)


def _authorities(person: Person) -> Iterable[Authority]:
    """Return those whose secretariat the person is, or that wait for their signature."""
    offices = Authority.objects.filter(assembly__in=person.offices)
    signing = Authority.objects.filter(assembly__deliberation__signatories=person.official)
    return (offices | signing).distinct()
