"""The only way to get an object for a person.

Each function returns the row, or raises as if it did not exist: nobody learns of a thing that is
not theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from boardpack.domain import clock
from boardpack.domain.people import Role
from boardpack.domain.records import DeviceState
from boardpack.domain.refusals import BlobUnknownError, DeviceRetiredError, DeviceRevokedError
from sync.protocol.errors import NoAccessError, NotAuthorisedError
from sync.protocol.messages import assembly_feed, official_feed, secretariat_feed
from sync.server.models import (
    Assembly,
    AssemblyKey,
    Authority,
    Blob,
    Deliberation,
    Delta,
    DeltaPair,
    Device,
    DossierRevision,
    Mandate,
    Official,
    SealedNote,
    Sitting,
    Token,
    Upload,
)
from sync.server.plain_text import is_digest


def today_in(timezone: str) -> date:
    """Return the day at an assembly: mandates begin and end at its midnight."""
    return clock.now().astimezone(ZoneInfo(timezone)).date()


def roles_today(official_id: str) -> dict[str, frozenset[Role]]:
    """Return assembly → roles of the mandates that run today."""
    held: dict[str, set[Role]] = {}
    # Asked at each request: the five values, in no order, are half of the work of whole rows.
    rows = Mandate.objects.filter(official=official_id).order_by()
    named = ("assembly_id", "assembly__timezone", "role", "starts", "ends")
    for assembly_id, timezone, role, starts, ends in rows.values_list(*named):
        day = today_in(timezone)
        if starts <= day and (ends is None or day < ends):
            held.setdefault(assembly_id, set()).add(Role(role))
    return {assembly: frozenset(roles) for assembly, roles in sorted(held.items())}


def elected_today(assembly: Assembly, group_id: str | None) -> frozenset[str]:
    """Return who sits in an assembly today, in one political group of it if one is named.

    Agents of its secretariat do not sit; one who is a member as well does.
    """
    rows = _running(assembly).exclude(role=Role.SECRETARY_OFFICE.value)
    if group_id is not None:
        rows = rows.filter(group=group_id)
    return frozenset(rows.values_list("official_id", flat=True))


def members_today(assembly: Assembly) -> frozenset[str]:
    """Return whoever has a mandate in an assembly today, its secretariat too."""
    return frozenset(_running(assembly).values_list("official_id", flat=True))


def office_today(assembly: Assembly) -> frozenset[str]:
    """Return the agents of an assembly's secretariat today."""
    rows = _running(assembly).filter(role=Role.SECRETARY_OFFICE.value)
    return frozenset(rows.values_list("official_id", flat=True))


def _running(assembly: Assembly) -> QuerySet[Mandate]:
    day = today_in(assembly.timezone)
    rows = Mandate.objects.filter(assembly=assembly, starts__lte=day)
    return rows.filter(Q(ends__isnull=True) | Q(ends__gt=day))


@dataclass(frozen=True)
class Person:
    """An official at their active device: who asks."""

    official: Official
    device: Device

    @cached_property
    def roles(self) -> dict[str, frozenset[Role]]:
        """Assembly → roles today."""
        return roles_today(self.official.id)

    @property
    def offices(self) -> tuple[str, ...]:
        """Assemblies whose secretariat the person is today."""
        return tuple(each for each, roles in self.roles.items() if Role.SECRETARY_OFFICE in roles)

    @property
    def label(self) -> str:
        """How the audit names this person."""
        return f"{self.official} <{self.official.email}>"

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds that this person reads today, their own first."""
        return (
            official_feed(self.official.id),
            *(assembly_feed(each) for each in self.roles),
            *(secretariat_feed(each) for each in self.offices),
        )


def access_person(device_id: str) -> Person:
    """Return the person at this device.

    Raises:
        NotAuthorisedError: no such device.
        DeviceRevokedError: IT revoked it.
        DeviceRetiredError: another device replaced it.
    """
    device = Device.objects.select_related("official").filter(id=device_id).first()
    if device is None:
        raise NotAuthorisedError(reason="device")
    check_state(device)
    return Person(device.official, device)


def access_client(client_id: str) -> Device:
    """Return a device in whatever state by its OAuth `client_id`, to check what it signed.

    Raises:
        NotAuthorisedError: no such device.
    """
    device = Device.objects.filter(id=client_id).first()
    if device is None:
        raise NotAuthorisedError(reason="client")
    return device


def access_drain(thumbprint: str) -> Person:
    """Return the person at a device that left, by its key, if it may hand in what waits.

    Raises:
        NotAuthorisedError: no such device, or one in use, which exchanges as usual.
        DeviceRevokedError: IT did not allow it.
    """
    device = Device.objects.select_related("official").filter(thumbprint=thumbprint).first()
    if device is None or device.state == DeviceState.ACTIVE:
        raise NotAuthorisedError(reason="drain")
    if not may_drain(device):
        check_state(device)
    return Person(device.official, device)


def may_drain(device: Device) -> bool:
    """Whether a device that left may hand in what waits: a replaced one, or where IT allowed it."""
    if device.state == DeviceState.REVOKED:
        return device.drain
    return device.state == DeviceState.RETIRED


def check_state(device: Device) -> None:
    """Refuse a device that was revoked or replaced."""
    if device.state == DeviceState.REVOKED:
        raise DeviceRevokedError(name=device.name)
    if device.state == DeviceState.RETIRED:
        raise DeviceRetiredError(name=device.name)


def access_token(token_sha256: str) -> Person:
    """Return the person whose token has this digest; raises as `access_person`."""
    rows = Token.objects.select_related("device__official")
    try:
        row = rows.get(token_sha256=token_sha256, expires_at__gt=clock.now())
    except Token.DoesNotExist as error:
        raise NotAuthorisedError(reason="token") from error
    check_state(row.device)
    return Person(row.device.official, row.device)


def access_assembly(person: Person, assembly_id: str) -> Assembly:
    """Return an assembly in which the person has a mandate today."""
    if assembly_id not in person.roles:
        raise NoAccessError
    return Assembly.objects.get(id=assembly_id)


def access_key(person: Person, key_id: str) -> AssemblyKey:
    """Return the signing key of an assembly whose secretariat the person is today."""
    row = AssemblyKey.objects.filter(id=key_id, assembly__in=list(person.offices)).first()
    if row is None:
        raise NoAccessError
    return row


def access_authority_names(official_id: str) -> list[str]:
    """Return the names of the authorities in whose assemblies the official has a mandate today."""
    rows = Authority.objects.filter(assembly__in=list(roles_today(official_id)))
    return list(rows.order_by("name").distinct().values_list("name", flat=True))


def access_sitting(person: Person, sitting_id: str) -> Sitting:
    """Return a sitting of one of the person's assemblies; one not told yet is the secretariat's."""
    row = Sitting.objects.filter(id=sitting_id, assembly__in=list(person.roles)).first()
    if row is None or (row.told_at is None and row.assembly_id not in person.offices):
        raise NoAccessError
    return row


def access_revision(person: Person, sitting_id: str, revision: int) -> DossierRevision:
    """Return one published revision of a sitting's dossier."""
    sitting = access_sitting(person, sitting_id)
    if not 0 < revision <= sitting.revision:
        raise NoAccessError
    return DossierRevision.objects.get(sitting=sitting, revision=revision)


def access_deliberation(
    person: Person, deliberation_id: str, *, lock: bool = False
) -> Deliberation:
    """Return a deliberation that the person is to sign or whose secretariat they are.

    With `lock`, its row is held until the transaction ends.
    """
    rows = Deliberation.objects.select_for_update() if lock else Deliberation.objects.all()
    row = rows.filter(id=deliberation_id).first()
    if row is None:
        raise NoAccessError
    if row.assembly_id in person.offices or row.signatories.filter(id=person.official.id).exists():
        return row
    raise NoAccessError


def access_blob(person: Person, sha256: str) -> Blob:
    """Return a file that some feed of this person names.

    Raises:
        BlobUnknownError: no such file, or not this person's.
    """
    rows = Blob.objects.filter(sha256=sha256, blobgrant__feed__in=person.feeds).order_by()
    row = next(iter(rows[:1]), None)
    if row is None:
        raise BlobUnknownError(sha256=sha256)
    return row


def access_blobs(person: Person, digests: Iterable[str]) -> dict[str, Blob]:
    """Return those of the files `digests` that this person may read."""
    # PostgreSQL refuses to be asked for text with a NUL: what names no file is not looked for.
    wanted = set(filter(is_digest, digests))
    found = Blob.objects.filter(sha256__in=wanted, blobgrant__feed__in=person.feeds).distinct()
    return {row.sha256: row for row in found}


def access_pairs(person: Person, wanted: Iterable[str], held: Iterable[str]) -> list[DeltaPair]:
    """Return the pairs from files `held` to files `wanted`, of files that this person may read."""
    new, base = access_blobs(person, wanted), access_blobs(person, held)
    rows = DeltaPair.objects.filter(new__in=new, base__in=base).order_by("new", "base")
    return list(rows.prefetch_related("deltas__artefact"))


def access_delta(person: Person, new: str, base: str, kind: str) -> Blob:
    """Return the artefact that makes file `new` from file `base`.

    Raises:
        BlobUnknownError: no such delta, or one of the two is not this person's.
    """
    row = None
    if len(access_blobs(person, (new, base))) == len({new, base}):
        rows = Delta.objects.select_related("artefact")
        row = rows.filter(pair__new=new, pair__base=base, kind=kind).first()
    if row is None:
        raise BlobUnknownError(sha256=new)
    return row.artefact


def access_shared(note: SealedNote, named: Iterable[str]) -> frozenset[str]:
    """Return those of the officials `named` who may read a shared note today.

    They and its author must sit in the assembly, and in the political group if it is shared with
    one; else nobody.
    """
    if note.assembly is None:
        return frozenset()
    sitting = elected_today(note.assembly, note.group_id)
    if note.official_id not in sitting:
        return frozenset()
    return (frozenset(named) & sitting) - {note.official_id}


def access_upload(person: Person, sha256: str) -> Upload | None:
    """Return the person's own upload of `sha256` under way, None when there is none."""
    return Upload.objects.filter(official=person.official, sha256=sha256).first()
