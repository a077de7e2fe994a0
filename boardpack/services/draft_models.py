"""A sitting in preparation and deliberations to place: what the secretariat's screens show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from boardpack.domain.people import Role
from boardpack.services.read_models import AssemblyBadge


class FileRole(StrEnum):
    """What was understood of one file of a push folder."""

    CONVOCATION = "convocation"
    REPORT = "report"
    ANNEX = "annex"
    OTHER = "other"
    NOT_PLACED = "not_placed"
    LEFT_OUT = "left_out"


class FileProblem(StrEnum):
    """What the import report names."""

    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105 the name of a finding
    SCAN = "scan"
    PARTLY_SCAN = "partly_scan"
    DUPLICATE = "duplicate"
    NOT_PLACED = "not_placed"
    EMPTY = "empty"
    SIGNED = "signed"
    ACTIVE_CONTENT = "active_content"
    SAME_PLACE = "same_place"
    NOT_PDF = "not_pdf"


@dataclass(frozen=True)
class FileReport:
    """One file as it was understood.

    Attributes:
        path: relative to the folder, with `/`.
        change: what sending does: "new", "changed", "unchanged", "moved", "" when it is not sent.
        blocking: it must be corrected or left out before sending.
        same_as: file names with equal bytes.
    """

    path: str
    role: FileRole
    item_number: int
    annex_number: int
    title: str
    pages: int
    size: int
    sha256: str
    media_type: str
    pages_without_text: int
    problems: tuple[FileProblem, ...]
    same_as: tuple[str, ...]
    change: str
    blocking: bool


@dataclass(frozen=True)
class DraftItem:
    """One agenda item in preparation."""

    number: int
    title: str
    reporter: str
    closed: bool
    files: tuple[FileReport, ...]


@dataclass(frozen=True)
class AbsentDocument:
    """A document sent earlier that the folder has no longer; `withdrawn`: sending takes it out."""

    document_id: str
    label: str
    title: str
    withdrawn: bool


@dataclass(frozen=True)
class DraftView:
    """A sitting in preparation, as understood from a folder: the import report.

    Attributes:
        sitting_id: of the sitting that this corrects, or a new one.
        revision: the one that sending makes; 1 for the first.
        missing: what must still be given before sending: "assembly", "date", "place", "title",
            "convocation", "items", "item_titles".
        others: documents of the sitting that belong to no item.
        not_placed: files that are not sent: not understood, or left out by the person.
        absent: documents sent earlier that the folder has no longer; kept unless withdrawn.
        changes: what differs from the last revision: files, titles, place, date.
        already_sent: the sitting has an earlier revision.
        told: members know of the sitting: what is sent goes to them at once.
        not_before: when they are to be told of the earlier revision, while they were not.
    """

    sitting_id: str
    folder: str
    assembly_id: str
    title: str
    starts_at: datetime | None
    place: str
    revision: int
    convocation: FileReport | None
    items: tuple[DraftItem, ...]
    others: tuple[FileReport, ...]
    not_placed: tuple[FileReport, ...]
    absent: tuple[AbsentDocument, ...]
    missing: tuple[str, ...]
    changes: int
    already_sent: bool
    total_pages: int
    total_bytes: int
    told: bool = False
    not_before: datetime | None = None

    @property
    def sent_files(self) -> tuple[FileReport, ...]:
        """Every file that sending would put in the dossier, in its order."""
        first = (self.convocation,) if self.convocation else ()
        return (*first, *(file for item in self.items for file in item.files), *self.others)

    @property
    def sendable(self) -> bool:
        """Whether nothing stands in the way of sending."""
        blocked = any(file.blocking for file in self.sent_files)
        return not self.missing and not blocked and self.changes > 0


@dataclass(frozen=True)
class DraftRow:
    """A sitting in preparation, in the secretariat's list."""

    sitting_id: str
    title: str
    assembly: AssemblyBadge | None
    starts_at: datetime | None
    folder: str
    at: datetime


@dataclass(frozen=True)
class PersonRow:
    """A member of an assembly, to choose a reporter or a signatory from."""

    official_id: str
    name: str
    title: str
    role: Role
    group: str


@dataclass(frozen=True)
class DeliberationFile:
    """A PDF to be signed, as understood; number and title come from its name.

    Attributes:
        path: absolute.
        item_number: the agenda item that it decides; 0 for none.
        problem: code of the error tree that forbids signing it, empty when it can be placed.
        already_placed: a deliberation of this number was placed before.
        rewritten: the file is written anew to be signed, its content the same; `size` and
            `sha256` tell of what is placed, `path` leads to the file as it came.
    """

    path: str
    number: str
    title: str
    item_number: int
    pages: int
    size: int
    sha256: str
    problem: str = ""
    parameters: tuple[tuple[str, str | int], ...] = ()
    already_placed: bool = False
    pages_without_text: int = 0
    rewritten: bool = False


@dataclass(frozen=True)
class Signatory:
    """One signatory to be: `field` names the signature field in the PDF (ASCII)."""

    official_id: str
    field: str
    quality: str


@dataclass(frozen=True)
class Placing:
    """Where the person puts one file; `item_number` and `annex_number` only for their roles."""

    path: str
    role: FileRole
    item_number: int = 0
    annex_number: int = 0
    title: str = ""


@dataclass(frozen=True)
class ItemCorrection:
    """What the person says about one item; None leaves a thing as it is."""

    number: int
    title: str | None = None
    reporter: str | None = None
    closed: bool | None = None


EVERY_ABSENT: Final = "*"


@dataclass(frozen=True)
class Corrections:
    """What the person corrects in a draft; None leaves a thing as it is.

    Attributes:
        starts_at: shown and kept in the assembly's time zone; one without zone is its hour there.
        withdraw: document ids of `DraftView.absent` to take out (all of them, each time given);
            `EVERY_ABSENT` takes out whatever the folder has no longer.
    """

    assembly_id: str | None = None
    title: str | None = None
    starts_at: datetime | None = None
    place: str | None = None
    items: tuple[ItemCorrection, ...] = ()
    files: tuple[Placing, ...] = ()
    withdraw: tuple[str, ...] | None = None
