"""Following: who received, acknowledged and opened what. Store lane."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Mandate, Official, Role
from boardpack.domain.records import Receipt, ReceiptKind
from boardpack.messages import _
from boardpack.services.circuits import deliberation_row
from boardpack.services.context import Context
from boardpack.services.errors import NotAllowedError
from boardpack.services.files import write_file
from boardpack.services.library import Library
from boardpack.services.read_models import FollowRow, FollowView, SittingRow
from boardpack.store import deliberations, meta, people, receipts
from boardpack.workflow.transitions import Verb

#: A cell that begins so would be a formula to a spreadsheet program.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class _Person:
    official: Official
    row: FollowRow


class FollowingService:
    """What a secretariat sees of the sittings it sent."""

    def __init__(self, context: Context) -> None:
        """Work on this profile."""
        self._context = context

    def overview(self) -> tuple[SittingRow, ...]:
        """Return the sittings of my secretariats: coming ones first, then the last past ones."""
        rows = [row for row in Library(self._context).rows() if Verb.FOLLOW in row.abilities]
        coming = tuple(row for row in rows if not row.past)
        return coming + tuple(row for row in reversed(rows) if row.past)

    def follow(self, sitting_id: str) -> FollowView:
        """Return one sitting's people, receipts and deliberations.

        Raises:
            SittingUnknownError: this device has no such sitting.
            NotAllowedError: the person is not of its secretariat.
        """
        library, dossier = self._open(sitting_id)
        connection = self._context.store.connection
        contact = meta.last_contact(connection)
        found = deliberations.projected(connection, sitting_id)
        return FollowView(
            row=library.row(sitting_id),
            people=tuple(each.row for each in self._people(library, dossier)),
            documents=len(dossier.digests()),
            deliberations=tuple(deliberation_row(library, each) for each in found),
            as_of=contact and library.local(contact, dossier.assembly_id),
        )

    def _open(self, sitting_id: str) -> tuple[Library, Dossier]:
        library = Library(self._context)
        dossier = library.dossier(sitting_id)
        if Verb.FOLLOW not in library.abilities(dossier.assembly_id):
            raise NotAllowedError(verb=Verb.FOLLOW.value)
        return library, dossier

    def _people(self, library: Library, dossier: Dossier) -> tuple[_Person, ...]:
        """Return the members convoked, by name; a person with two mandates stands once."""
        connection = self._context.store.connection
        day = library.local(dossier.starts_at, dossier.assembly_id).date()
        officials = people.officials(connection)
        groups = people.groups(connection, dossier.assembly_id)
        found = receipts.of_sitting(connection, dossier.sitting_id)
        members: dict[str, Mandate] = {}
        for mandate in people.mandates(connection, dossier.assembly_id):
            member = mandate.role is not Role.SECRETARY_OFFICE and mandate.runs(day)
            if member and mandate.official_id in officials:
                members.setdefault(mandate.official_id, mandate)
        persons = []
        for official_id, mandate in members.items():
            group = groups.get(mandate.group_id or "")
            own = [each for each in found if each.official_id == official_id]
            row = _row(library, dossier, officials[official_id], group.name if group else "", own)
            persons.append(_Person(officials[official_id], row))
        return tuple(sorted(persons, key=_by_name))

    def export_csv(self, sitting_id: str, target: Path) -> None:
        """Write the receipts as CSV (UTF-8 with mark, as spreadsheet programs expect).

        Raises:
            SittingUnknownError, NotAllowedError: as for `follow`.
            CannotWriteError: the place refuses the file.
        """
        library, dossier = self._open(sitting_id)
        sent = library.local(dossier.first_sent_at, dossier.assembly_id)
        documents = len(dossier.digests())
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(_header())
        for person in self._people(library, dossier):
            writer.writerow(_safe(_cells(person, sent, documents)))
        write_file(target, text.getvalue().encode("utf-8-sig"))


def _by_name(person: _Person) -> tuple[str, str, str]:
    official = person.official
    return official.last_name.casefold(), official.first_name.casefold(), official.official_id


def _row(
    library: Library, dossier: Dossier, official: Official, group: str, own: list[Receipt]
) -> FollowRow:
    received = [each for each in own if each.kind is ReceiptKind.RECEIVED]
    last = max(received, key=lambda each: each.revision, default=None)
    acknowledged = [each for each in own if each.kind is ReceiptKind.ACKNOWLEDGED]
    opened = {each.document_id for each in own if each.kind is ReceiptKind.OPENED}
    in_force = {each.document_id for each in dossier.documents if not each.withdrawn}

    def local(receipt: Receipt | None) -> datetime | None:
        return library.local(receipt.recorded_at, dossier.assembly_id) if receipt else None

    return FollowRow(
        official_id=official.official_id,
        name=official.name,
        title=official.title,
        group=group,
        received_at=local(last),
        received_revision=last.revision if last else 0,
        acknowledged_at=local(acknowledged[0] if acknowledged else None),
        opened=len(opened & in_force),
    )


def _header() -> list[str]:
    return [
        _("Last name"),
        _("First name"),
        _("Title"),
        _("Political group"),
        _("Sent"),
        _("Received"),
        _("Revision received"),
        _("Acknowledged"),
        _("Documents opened"),
        _("Documents"),
    ]


def _cells(person: _Person, sent: datetime, documents: int) -> Iterator[str]:
    row = person.row
    yield person.official.last_name
    yield person.official.first_name
    yield row.title
    yield row.group
    yield _moment(sent)
    yield _moment(row.received_at)
    yield str(row.received_revision or "")
    yield _moment(row.acknowledged_at)
    yield str(row.opened)
    yield str(documents)


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def _safe(cells: Iterator[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
