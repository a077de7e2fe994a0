"""A small world for server tests: two authorities, three assemblies, seven people.

Everything is made by the server's own actions, so the feeds hold what they would in production.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Model
from joserfc.jwk import ECKey

from boardpack.domain import clock, ids
from boardpack.domain.dossier import (
    PDF,
    AgendaItem,
    Document,
    DocumentKind,
    DocumentVersion,
    Dossier,
)
from boardpack.domain.people import AssemblyKind, AuthorityKind, Role
from boardpack.domain.signature import CircuitStep, Deliberation
from sync.protocol import codec
from sync.protocol.messages import DossierPublished, official_feed
from sync.server import blobs
from sync.server.access import Person
from sync.server.actions.do_enrol_device import Registration, do_enrol_device
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.actions.do_save_assembly import do_save_assembly
from sync.server.actions.do_save_authority import do_save_authority
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.actions.do_save_official import do_save_official
from sync.server.models import (
    AccessGrant,
    Assembly,
    AssemblyKey,
    AuditLine,
    Authority,
    Change,
    Device,
    DossierRevision,
    Feed,
    FeedHead,
    Mandate,
    Official,
)
from sync.server.permission import Operator
from tests.helpers import trusted

IT = Operator("IT")
RECIPIENT = "age1" + "q" * 58
START = date(2020, 1, 1)


@dataclass(frozen=True)
class World:
    """Who is there; `agent` and `other_agent` are secretariats, `stranger` has no mandate."""

    town: Authority
    agglomeration: Authority
    council: Assembly
    bureau: Assembly
    community: Assembly
    mayor: Official
    deputy: Official
    councillor: Official
    agent: Official
    other_agent: Official
    outsider: Official
    stranger: Official


def official(first: str, last: str, title: str = "") -> Official:
    """Save a person."""
    row = Official(
        first_name=first, last_name=last, title=title, email=f"{first}.{last}@example.fr".lower()
    )
    do_save_official(IT, row)
    return row


def mandate(
    who: Official,
    assembly: Assembly,
    role: Role = Role.MEMBER,
    *,
    starts: date = START,
    ends: date | None = None,
) -> Mandate:
    """Give a mandate."""
    row = Mandate(official=who, assembly=assembly, role=role.value, starts=starts, ends=ends)
    do_save_mandate(IT, row)
    return row


def _authority(key: str, name: str, kind: AuthorityKind) -> Authority:
    row = Authority(key=key, name=name, short_name=name, siren="123456789", kind=kind.value)
    do_save_authority(IT, row)
    return row


def _assembly(authority: Authority, key: str, name: str, kind: AssemblyKind) -> Assembly:
    row = Assembly(authority=authority, key=key, name=name, short_name=name, kind=kind.value)
    do_save_assembly(IT, row)
    return row


@dataclass(frozen=True)
class _Memory:
    """The rows of the first world of this process, and who is who in it."""

    rows: list[tuple[type[Model], list[dict[str, Any]]]]
    cast: dict[str, tuple[type[Model], str]]


_memory: list[_Memory] = []
_TABLES: tuple[type[Model], ...] = (
    Authority,
    Assembly,
    Official,
    Mandate,
    AccessGrant,
    Feed,
    FeedHead,
    Change,
    AuditLine,
)


def build() -> World:
    """Make the world: by actions the first time, afterwards the same rows again."""
    if not _memory:
        made = _make()
        cast = {each.name: getattr(made, each.name) for each in fields(made)}
        rows = [(table, list(table._default_manager.values())) for table in _TABLES]
        _memory.append(_Memory(rows, {name: (type(row), row.id) for name, row in cast.items()}))
        return made
    for table, values in _memory[0].rows:
        table._default_manager.bulk_create([table(**each) for each in values])
    who = {
        name: table._default_manager.get(id=key) for name, (table, key) in _memory[0].cast.items()
    }
    return World(**who)


def _make() -> World:
    town = _authority("saint-aubin", "Ville de Saint-Aubin", AuthorityKind.COMMUNE)
    agglomeration = _authority("val-dor", "Agglomération du Val d’Or", AuthorityKind.AGGLOMERATION)
    council = _assembly(town, "sa-conseil", "Conseil municipal", AssemblyKind.COUNCIL)
    bureau = _assembly(town, "sa-bureau", "Bureau", AssemblyKind.BUREAU)
    community = _assembly(agglomeration, "vo-conseil", "Conseil", AssemblyKind.COUNCIL)
    world = World(
        town=town,
        agglomeration=agglomeration,
        council=council,
        bureau=bureau,
        community=community,
        mayor=official("Jeanne", "Martin", "Maire"),
        deputy=official("Éloïse", "Le Goff", "Adjointe"),
        councillor=official("Karim", "Benali"),
        agent=official("Zoé", "Durand"),
        other_agent=official("Paul", "Petit"),
        outsider=official("Luc", "Moreau"),
        stranger=official("Anne", "Inconnu"),
    )
    mandate(world.mayor, council, Role.PRESIDENT)
    mandate(world.mayor, community)
    mandate(world.deputy, council)
    mandate(world.deputy, bureau)
    mandate(world.councillor, council)
    mandate(world.agent, council, Role.SECRETARY_OFFICE)
    mandate(world.other_agent, community, Role.SECRETARY_OFFICE)
    mandate(world.outsider, community)
    return world


def give_keys(world: World) -> None:
    """Put each assembly's key in force, as if its secretariat had sent something before."""
    for assembly in (world.council, world.bureau, world.community):
        key = trusted.office(assembly.id).record
        AssemblyKey.objects.create(
            id=key.key_id,
            assembly=assembly,
            number=key.number,
            body=codec.encode(key),
            made_by=world.agent,
            made_at=clock.now(),
        )


def person(who: Official, name: str = "Tablette") -> Person:
    """Return the person at their active device, enrolled when they had none."""
    device = Device.objects.filter(official=who, state="active").first()
    if device is None:
        key = ECKey.generate_key("P-256")
        members = {each: str(key.as_dict(private=False)[each]) for each in ("kty", "crv", "x", "y")}
        code = do_issue_code(IT, who).text
        registration = Registration(code, name, members, key.thumbprint(), RECIPIENT, replace=False)
        device = do_enrol_device(registration, "127.0.0.1").device
    return Person(Official.objects.get(id=who.id), device)


def keep(who: Person, data: bytes) -> DocumentVersion:
    """Hold bytes as if `who` had uploaded them, and return their first version."""
    sha256 = hashlib.sha256(data).hexdigest()
    blobs.put(sha256, data)
    blobs.keep(sha256, len(data), official_feed(who.official.id))
    return version(data)


def version(data: bytes, number: int = 1) -> DocumentVersion:
    """Describe bytes as a version."""
    return DocumentVersion(
        sha256=hashlib.sha256(data).hexdigest(),
        number=number,
        size=len(data),
        media_type=PDF,
        pages=1,
        pages_without_text=0,
        created_at=clock.now(),
    )


def document(*versions: DocumentVersion, item_id: str | None = None) -> Document:
    """Describe a report."""
    return Document(
        document_id=ids.new_id(),
        kind=DocumentKind.REPORT,
        title="Rapport",
        file_name="01 - Rapport.pdf",
        position=0,
        versions=versions,
        item_id=item_id,
    )


def dossier(assembly: Assembly, *documents: Document, revision: int = 1) -> Dossier:
    """Describe a sitting's dossier."""
    item = AgendaItem(ids.new_id(), 1, "Budget primitif", "Mme Martin")
    return Dossier(
        sitting_id=ids.new_id(),
        assembly_id=assembly.id,
        revision=revision,
        title="Séance du 12 décembre",
        starts_at=datetime(2026, 12, 12, 18, 30, tzinfo=UTC),
        place="Salle du conseil",
        items=(item,),
        documents=documents,
        first_sent_at=clock.now(),
        revised_at=clock.now(),
    )


def published(sent: Dossier) -> DossierPublished:
    """Return the event that sends `sent`, signed as what follows the revision that is there."""
    before = DossierRevision.objects.filter(
        sitting=sent.sitting_id, revision=min(sent.revision, 2**31) - 1
    ).first()
    previous = before.manifest_sha256 if before else ""
    signed = trusted.office(sent.assembly_id).sign(sent, previous)
    return DossierPublished(event_id=ids.new_id(), at=clock.now(), dossier=signed)


def deliberation(
    sitting: Dossier, first: DocumentVersion, *signatories: tuple[str, Official]
) -> Deliberation:
    """Describe a deliberation to be signed by the named fields' officials, in order."""
    steps = tuple(CircuitStep(field, who.id, who.title) for field, who in signatories)
    return Deliberation(
        deliberation_id=ids.new_id(),
        sitting_id=sitting.sitting_id,
        assembly_id=sitting.assembly_id,
        number="2026-12-01",
        title="Budget primitif",
        versions=(first,),
        steps=steps,
        placed_at=clock.now(),
    )
