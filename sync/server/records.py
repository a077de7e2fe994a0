"""Rows to the records of the wire, and the feeds that show each of them.

Whoever writes a row appends its record to every feed that `feeds_of_…` names.
"""

from __future__ import annotations

from datetime import date

from boardpack.domain import people, records, signature, trust
from boardpack.domain.dossier import Dossier
from sync.protocol import codec
from sync.protocol.messages import assembly_feed, official_feed, secretariat_feed
from sync.server.models import (
    Assembly,
    AssemblyKey,
    Authority,
    Deliberation,
    Device,
    DossierRevision,
    KeyOrder,
    KeyShare,
    Mandate,
    NoteReader,
    NoteVersion,
    Official,
    PoliticalGroup,
    Receipt,
    SealedIdentity,
    SealedNote,
    SealedPosition,
)


def authority(row: Authority) -> people.Authority:
    """Return the record of an authority."""
    kind = people.AuthorityKind(row.kind)
    return people.Authority(row.id, row.name, row.short_name, row.siren, kind)


def assembly(row: Assembly) -> people.Assembly:
    """Return the record of an assembly."""
    return people.Assembly(
        assembly_id=row.id,
        authority_id=row.authority_id,
        name=row.name,
        short_name=row.short_name,
        kind=people.AssemblyKind(row.kind),
        colour=row.colour,
        timezone=row.timezone,
        key=row.key,
        lease_days=row.lease_days,
    )


def group(row: PoliticalGroup) -> people.PoliticalGroup:
    """Return the record of a political group."""
    return people.PoliticalGroup(row.id, row.assembly_id, row.name, row.short_name)


def official(row: Official) -> people.Official:
    """Return the record of a person; the address for mail stays on the server."""
    return people.Official(row.id, row.first_name, row.last_name, row.title, row.recipient)


def _day(value: date | str | None) -> date | None:
    # A row that was just made from text keeps the text until it is read again.
    return date.fromisoformat(value) if isinstance(value, str) else value


def mandate(row: Mandate) -> people.Mandate:
    """Return the record of a mandate."""
    return people.Mandate(
        mandate_id=row.id,
        official_id=row.official_id,
        assembly_id=row.assembly_id,
        role=people.Role(row.role),
        starts=_day(row.starts) or date.min,
        ends=_day(row.ends),
        group_id=row.group_id,
    )


def device(row: Device) -> records.EnrolledDevice:
    """Return the record of a device."""
    state = records.DeviceState(row.state)
    return records.EnrolledDevice(row.id, row.name, state, row.enrolled_at)


def receipt(row: Receipt) -> records.Receipt:
    """Return the record of a receipt."""
    return records.Receipt(
        receipt_id=row.id,
        kind=records.ReceiptKind(row.kind),
        sitting_id=row.sitting_id,
        assembly_id=row.assembly_id,
        official_id=row.official_id,
        device_id=row.device_id,
        revision=row.revision,
        sha256=row.sha256,
        at=row.at,
        recorded_at=row.recorded_at,
        document_id=row.document_id or None,
    )


def note(row: SealedNote) -> records.SealedNote:
    """Return the record of a sealed note, with its live versions by age."""
    readers = NoteReader.objects.filter(note=row, told=True).order_by("reader_id")
    told = tuple(readers.values_list("reader_id", flat=True))
    return records.SealedNote(row.note_id, versions(row), told)


def shared_note(row: SealedNote) -> records.SharedNote:
    """Return the record of a note for those with whom its author shares it."""
    return records.SharedNote(
        share_id=row.id,
        note_id=row.note_id,
        author_id=row.official_id,
        assembly_id=row.assembly_id or "",
        versions=versions(row),
    )


def versions(row: SealedNote) -> tuple[records.SealedVersion, ...]:
    """Return the live versions of a note, the oldest first."""
    return tuple(
        records.SealedVersion(each.version_id, bytes(each.ciphertext), each.deleted)
        for each in NoteVersion.objects.filter(note=row).order_by("id")
    )


def sealed_identity(row: SealedIdentity) -> records.SealedIdentity:
    """Return the record of a person's wrapped identities."""
    return records.SealedIdentity(row.recipient, bytes(row.ciphertext), row.kid)


def position(row: SealedPosition) -> records.SealedPosition:
    """Return the record of a sealed reading position."""
    return records.SealedPosition(row.position_id, bytes(row.ciphertext))


def dossier(row: DossierRevision) -> Dossier:
    """Return the dossier as that revision published it."""
    return codec.decode(bytes(row.body), Dossier)


def deliberation(row: Deliberation) -> signature.Deliberation:
    """Return the record of a deliberation."""
    return codec.decode(bytes(row.body), signature.Deliberation)


def assembly_key(row: AssemblyKey) -> trust.AssemblyKey:
    """Return the record of an assembly's signing key."""
    return codec.decode(bytes(row.body), trust.AssemblyKey)


def key_share(row: KeyShare) -> trust.KeyShare:
    """Return the record of a key handed over."""
    return trust.KeyShare(row.key_id, tuple(row.recipients), bytes(row.sealed))


def key_order(row: KeyOrder) -> trust.KeyOrder:
    """Return the record of IT's word that a key is to be replaced."""
    return trust.KeyOrder(row.assembly_id, row.key_id, row.at)


def feeds_of_official(row: Official) -> tuple[str, ...]:
    """Name the feeds that show a person: their own, and of each assembly they were ever in."""
    held = Mandate.objects.filter(official=row).values_list("assembly_id", flat=True)
    assemblies = sorted(set(held))
    return (official_feed(row.id), *(assembly_feed(each) for each in assemblies))


def feeds_of_authority(row: Authority) -> tuple[str, ...]:
    """Name the feeds that show an authority: those of its assemblies."""
    held = Assembly.objects.filter(authority=row).order_by("id").values_list("id", flat=True)
    return tuple(assembly_feed(each) for each in held)


def feeds_of_deliberation(record: signature.Deliberation) -> tuple[str, ...]:
    """Name the feeds that show a deliberation: the secretariat's and each signatory's."""
    signatories = sorted({step.official_id for step in record.steps})
    return (
        secretariat_feed(record.assembly_id),
        *(official_feed(each) for each in signatories),
    )


def feeds_of_receipt(row: Receipt) -> tuple[str, ...]:
    """Name the feeds that show a receipt: the secretariat's and its official's."""
    return (secretariat_feed(row.assembly_id), official_feed(row.official_id))
