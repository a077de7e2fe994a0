"""One look at the store: every sitting on this device with its state for this person.

Made anew for each view: the store answers in milliseconds, and nothing can be stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from boardpack.domain import clock
from boardpack.domain.dossier import Document, DocumentKind, Dossier, Telling
from boardpack.domain.people import Assembly, Authority, Official, Role
from boardpack.services.context import Context
from boardpack.services.draft import DEFAULT_ZONE
from boardpack.services.errors import LeaseOverError, MandateOverError, SittingUnknownError
from boardpack.services.holding import Holding
from boardpack.services.push_folder import understand
from boardpack.services.read_models import AssemblyBadge, DocumentRow, SittingRow, VersionRow
from boardpack.store import (
    access,
    documents,
    dossiers,
    locks,
    notes,
    people,
    receipts,
    shared_notes,
)
from boardpack.store.dossiers import ProjectedDossier
from boardpack.store.locks import Lock
from boardpack.workflow.abilities import dossier_abilities
from boardpack.workflow.transitions import DossierState, Verb

#: A sitting counts as coming until so long after it started: long ones end after midnight.
LASTS: Final = timedelta(hours=12)


class Library:
    """What is on this device, as of now. Store lane."""

    def __init__(self, context: Context, earlier: int | None = None) -> None:
        """Look at the store of `context`; each table is read when it is first needed.

        Args:
            context: the profile.
            earlier: `dossiers` holds the coming sittings and so many past ones; all when absent.
        """
        self._context = context
        self._connection = context.store.connection
        self._earlier = earlier
        self._found: dict[str, ProjectedDossier | None] = {}
        self.official_id = context.official_id
        self.now = clock.now()

    @cached_property
    def assemblies(self) -> dict[str, Assembly]:
        """Every assembly known here."""
        return people.assemblies(self._connection)

    @cached_property
    def _authorities(self) -> dict[str, Authority]:
        return people.authorities(self._connection)

    @cached_property
    def officials(self) -> dict[str, Official]:
        """Everybody known here."""
        return people.officials(self._connection)

    @cached_property
    def roles(self) -> dict[str, frozenset[Role]]:
        """What this person is, in the server's own word: assembly → roles."""
        return access.granted(self._connection)

    @cached_property
    def locks(self) -> dict[str, Lock]:
        """Assemblies whose dossiers are closed."""
        return locks.locks(self._connection)

    def require_open(self, assembly_id: str) -> None:
        """Let pass where the dossiers of an assembly may be read.

        Raises:
            LeaseOverError: the server was not heard for too long.
            MandateOverError: the mandate is over.
        """
        lock = self.locks.get(assembly_id)
        if lock is None:
            return
        name = self.badge(assembly_id).name
        if lock.until is None:
            raise LeaseOverError(assembly=name)
        raise MandateOverError(assembly=name, until=clock.stamp(lock.until))

    @cached_property
    def dossiers(self) -> dict[str, ProjectedDossier]:
        """The dossiers in force of the sittings looked at."""
        if self._earlier is None:
            return dossiers.projected(self._connection)
        return dossiers.projected(self._connection, self.now - LASTS, self._earlier)

    def read_all(self) -> None:
        """Read every dossier at once: quicker than one by one when many are wanted."""
        self._found |= self.dossiers

    def find(self, sitting_id: str) -> ProjectedDossier | None:
        """Return one sitting's dossier, without reading the others; None when it is unknown."""
        if sitting_id not in self._found:
            self._found[sitting_id] = dossiers.one(self._connection, sitting_id)
        return self._found[sitting_id]

    @cached_property
    def available(self) -> frozenset[str]:
        """Digests whose bytes are here."""
        return documents.available(self._connection)

    @cached_property
    def opened(self) -> dict[str, frozenset[str]]:
        """Which versions of which documents the person opened."""
        return documents.opened(self._connection, self.official_id)

    @cached_property
    def _acknowledged(self) -> dict[str, datetime]:
        return receipts.acknowledged(self._connection, self.official_id)

    @cached_property
    def notes(self) -> dict[str, int]:
        """How many notes each document has, shared ones with them."""
        found = notes.counts(self._connection)
        for document_id, count in shared_notes.counts(self._connection).items():
            found[document_id] = found.get(document_id, 0) + count
        return found

    def badge(self, assembly_id: str) -> AssemblyBadge:
        """Return how an assembly is marked; blank for one that a signatory never sat in."""
        whose = {"account": self._context.account, "server": self._context.server}
        assembly = self.assemblies.get(assembly_id)
        if assembly is None:
            return AssemblyBadge(assembly_id, "", "", 0, "", **whose)
        authority = self._authorities.get(assembly.authority_id)
        return AssemblyBadge(
            assembly_id=assembly_id,
            name=assembly.name,
            short_name=assembly.short_name,
            colour=assembly.colour,
            authority_name=authority.name if authority else "",
            **whose,
        )

    def local(self, moment: datetime, assembly_id: str) -> datetime:
        """Return a moment in the time zone of an assembly."""
        assembly = self.assemblies.get(assembly_id)
        return moment.astimezone(ZoneInfo(assembly.timezone if assembly else DEFAULT_ZONE))

    def dossier(self, sitting_id: str) -> Dossier:
        """Return one sitting's dossier.

        Raises:
            SittingUnknownError: this device has no such sitting.
        """
        return self._projected(sitting_id).dossier

    def _projected(self, sitting_id: str) -> ProjectedDossier:
        found = self.find(sitting_id)
        if found is None:
            raise SittingUnknownError
        return found

    def is_past(self, dossier: Dossier) -> bool:
        """Whether the sitting is over."""
        return dossier.starts_at + LASTS < self.now

    def abilities(self, assembly_id: str) -> frozenset[Verb]:
        """Return what this person may do with the dossiers of an assembly."""
        return dossier_abilities(self.roles.get(assembly_id, ()), DossierState.SENT)

    def rows(self) -> tuple[SittingRow, ...]:
        """Return every sitting by date."""
        self.read_all()
        found = (self.row(sitting_id) for sitting_id in self.dossiers)
        return tuple(sorted(found, key=lambda row: (row.starts_at, row.sitting_id)))

    def row(self, sitting_id: str) -> SittingRow:
        """Return one sitting as a line of a list.

        Raises:
            SittingUnknownError: this device has no such sitting.
        """
        projected = self._projected(sitting_id)
        dossier = projected.dossier
        in_force = [each for each in dossier.documents if not each.withdrawn]
        missing = {each.current.sha256: each.current.size for each in in_force}
        missing = {sha256: size for sha256, size in missing.items() if sha256 not in self.available}
        acknowledged_at = self._acknowledged.get(sitting_id)
        return SittingRow(
            sitting_id=sitting_id,
            title=dossier.title,
            starts_at=self.local(dossier.starts_at, dossier.assembly_id),
            place=dossier.place,
            assembly=self.badge(dossier.assembly_id),
            revision=dossier.revision,
            past=self.is_past(dossier),
            acknowledged_at=acknowledged_at and self.local(acknowledged_at, dossier.assembly_id),
            missing_bytes=sum(missing.values()),
            documents=len(in_force),
            documents_here=sum(each.current.sha256 not in missing for each in in_force),
            holding=self._holding(missing),
            unread=sum(not self.is_read(each) for each in in_force),
            modified=sum(self.is_modified(each) for each in in_force),
            notes=sum(self.notes.get(each.document_id, 0) for each in dossier.documents),
            waiting=projected.waiting,
            abilities=self._abilities(dossier),
            closed=self._closed(dossier.assembly_id),
            not_before=self.not_before(dossier),
            called_back=dossier.telling is Telling.CALLED_BACK,
        )

    def _abilities(self, dossier: Dossier) -> frozenset[Verb]:
        """Nobody acknowledges what members were not told of, not even an agent who is one."""
        found = self.abilities(dossier.assembly_id)
        return found if dossier.telling is Telling.TOLD else found - {Verb.ACKNOWLEDGE}

    def not_before(self, dossier: Dossier) -> datetime | None:
        """Return when members are told of a dossier, None when they were."""
        if dossier.telling is not Telling.WAITS or dossier.not_before is None:
            return None
        return self.local(dossier.not_before, dossier.assembly_id)

    def _holding(self, missing: Mapping[str, int]) -> Holding:
        """Return why none of what is missing comes by itself; `nothing` when some does."""
        steering, awaited = self._context.steering, self._context.awaited
        allowance = steering.allowance()
        comes = (
            sha256 in awaited or allowance.lets(sha256, size) for sha256, size in missing.items()
        )
        return steering.holding if missing and not any(comes) else Holding.NOTHING

    def _closed(self, assembly_id: str) -> str:
        lock = self.locks.get(assembly_id)
        return lock.kind.value if lock else ""

    def is_read(self, document: Document) -> bool:
        """Whether the person ever opened it, in any version."""
        return document.document_id in self.opened

    def is_modified(self, document: Document) -> bool:
        """Whether the version in force is newer than what the person opened."""
        opened = self.opened.get(document.document_id)
        return opened is not None and document.current.sha256 not in opened

    def document_row(self, sitting_id: str, document: Document) -> DocumentRow:
        """Return one document with its versions, newest first."""
        current = document.current
        versions = tuple(
            VersionRow(
                sha256=each.sha256,
                number=each.number,
                pages=each.pages,
                size=each.size,
                created_at=each.created_at,
                available=each.sha256 in self.available,
            )
            for each in reversed(document.versions)
        )
        return DocumentRow(
            document_id=document.document_id,
            sitting_id=sitting_id,
            kind=document.kind.value,
            title=document.title,
            file_name=document.file_name,
            media_type=current.media_type,
            pages=current.pages,
            size=current.size,
            versions=versions,
            available=current.sha256 in self.available,
            read=self.is_read(document),
            modified=self.is_modified(document),
            notes=self.notes.get(document.document_id, 0),
        )


def reading_order(dossier: Dossier) -> tuple[Document, ...]:
    """Return the documents in force: convocation, items in order, then the others."""
    ranks = {item.item_id: item.number for item in dossier.items}
    last = max(ranks.values(), default=0) + 1

    def rank(document: Document) -> tuple[int, int]:
        if document.kind is DocumentKind.CONVOCATION:
            return 0, document.position
        return ranks.get(document.item_id or "", last), document.position

    return tuple(sorted((each for each in dossier.documents if not each.withdrawn), key=rank))


def item_label(dossier: Dossier, document: Document) -> str:
    """Return "3" for item 3's report, "3.2" for its second annex, "" where there is no item."""
    number = next((each.number for each in dossier.items if each.item_id == document.item_id), None)
    if number is None:
        return ""
    if document.kind is not DocumentKind.ANNEX:
        return str(number)
    annexes = [
        each.document_id
        for each in reading_order(dossier)
        if each.item_id == document.item_id and each.kind is DocumentKind.ANNEX
    ]
    printed = understand(document.file_name).annex_number
    counted = annexes.index(document.document_id) + 1 if document.document_id in annexes else 0
    return f"{number}.{printed or counted}"
