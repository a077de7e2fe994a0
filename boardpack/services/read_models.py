"""What the window and the command line show: frozen values with their abilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from boardpack.annotation.note import Note
from boardpack.domain.signature import CircuitState, StepState
from boardpack.services.holding import Holding
from boardpack.workflow.transitions import Verb


@dataclass(frozen=True)
class AssemblyBadge:
    """How an assembly is marked: short name, colour (never alone), whose `account` tells of it."""

    assembly_id: str
    name: str
    short_name: str
    colour: int
    authority_name: str
    account: str = ""
    server: str = ""


@dataclass(frozen=True)
class SittingRow:
    """One sitting in a list.

    Attributes:
        starts_at: aware, in the assembly's time zone.
        missing_bytes: still to receive before everything is readable offline; 0 = complete.
        documents, documents_here: in force; of those, on this device.
        holding: why nothing of what is missing comes by itself.
        unread: documents in force never opened here.
        modified: documents with a version newer than the one last opened.
        waiting: published here and not yet accepted by the server.
        not_before: members are told of it at that instant, only the secretariat has it until then.
        called_back: members were not told of it, and are not until it is sent again.
        closed: why its documents cannot be opened (`lease`, `mandate`), empty when they can.
    """

    sitting_id: str
    title: str
    starts_at: datetime
    place: str
    assembly: AssemblyBadge
    revision: int
    past: bool
    acknowledged_at: datetime | None
    missing_bytes: int
    documents: int
    unread: int
    modified: int
    notes: int
    waiting: bool
    abilities: frozenset[Verb]
    closed: str = ""
    not_before: datetime | None = None
    called_back: bool = False
    documents_here: int = 0
    holding: Holding = Holding.NOTHING


@dataclass(frozen=True)
class VersionRow:
    """One version of a document."""

    sha256: str
    number: int
    pages: int
    size: int
    created_at: datetime
    available: bool


@dataclass(frozen=True)
class DocumentRow:
    """One document of a sitting; `versions` newest first."""

    document_id: str
    sitting_id: str
    kind: str
    title: str
    file_name: str
    media_type: str
    pages: int
    size: int
    versions: tuple[VersionRow, ...]
    available: bool
    read: bool
    modified: bool
    notes: int

    @property
    def is_pdf(self) -> bool:
        """Whether the reader can show it."""
        return self.media_type == "application/pdf"


@dataclass(frozen=True)
class ItemRow:
    """One agenda item with its documents, the report first. `closed`: discussed in camera."""

    item_id: str
    number: int
    title: str
    reporter: str
    closed: bool
    documents: tuple[DocumentRow, ...]
    notes: int
    unread: int
    modified: int


@dataclass(frozen=True)
class SittingView:
    """One sitting, opened. `others` holds the documents of no item (convocation apart)."""

    row: SittingRow
    convocation: DocumentRow | None
    items: tuple[ItemRow, ...]
    others: tuple[DocumentRow, ...]


@dataclass(frozen=True)
class DocumentHandle:
    """What names a sealed document to `PageService`; the key never leaves memory."""

    sha256: str
    path: Path
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Position:
    """Where a reading stopped: `page` counts from 0, `top` in points of the page as shown."""

    page: int
    top: float
    zoom: float


@dataclass(frozen=True)
class OpenDocument:
    """A document ready to be shown.

    Attributes:
        item_label: "3" or "3.2"; empty for the convocation and documents of no item.
        handle: what `PageService` opens; None for a file that is no PDF.
        pages: as published; the worker's own count decides once it is open.
        is_current: False for an older version.
        newer_sha256: the version in force, when an older one was opened; else empty.
        newly_modified: it changed since the person last opened it.
    """

    document_id: str
    sitting_id: str
    sha256: str
    title: str
    item_label: str
    item_title: str
    media_type: str
    handle: DocumentHandle | None
    pages: int
    position: Position | None
    previous_document_id: str | None
    next_document_id: str | None
    is_current: bool
    newer_sha256: str
    newly_modified: bool
    version_number: int
    abilities: frozenset[Verb]


class TodoKind(StrEnum):
    """What needs the person."""

    ACKNOWLEDGE = "acknowledge"
    SIGN = "sign"
    MODIFIED = "modified"
    REJECTED = "rejected"
    REPLACED = "replaced"
    ENDED = "ended"


@dataclass(frozen=True)
class TodoRow:
    """One thing to do, most urgent first in its list.

    Attributes:
        title: what it is about, in the words of the dossier (not translated).
        starts_at: of the sitting; for `ended` the day when the dossiers are erased.
        event_id: only for `rejected`: the outbox row whose reason the person must see.
    """

    kind: TodoKind
    title: str
    assembly: AssemblyBadge
    starts_at: datetime | None
    sitting_id: str
    document_id: str = ""
    deliberation_id: str = ""
    event_id: str = ""
    code: str = ""
    count: int = 1


@dataclass(frozen=True)
class ResumeRow:
    """Where a reading stopped; `page` counts from 0."""

    document_id: str
    sitting_id: str
    title: str
    sitting_title: str
    assembly: AssemblyBadge
    page: int
    pages: int
    at: datetime


class RecoveryWish(StrEnum):
    """What the program would like the person to do about their recovery words."""

    NOTHING = "nothing"
    NOTE = "note"
    TYPE = "type"


@dataclass(frozen=True)
class HomeView:
    """Everything the home screen shows; `recovery` (of `account`) comes after all other things."""

    official_name: str
    todo: tuple[TodoRow, ...]
    next_sittings: tuple[SittingRow, ...]
    past_sittings: tuple[SittingRow, ...]
    resume: tuple[ResumeRow, ...]
    recovery: RecoveryWish = RecoveryWish.NOTHING
    account: str = ""


@dataclass(frozen=True)
class NoteRow:
    """A note of mine, or one shared with me, with where it stands. `item_number` 0 = no item.

    Attributes:
        on_version: number of the version it was written on; `current_version` the one in force.
        waiting: not yet on the server.
        readers: names of those with whom I share it; empty for a private one.
    """

    note: Note
    document_title: str
    item_number: int
    item_title: str
    sitting_id: str
    sitting_title: str
    sitting_starts_at: datetime
    assembly: AssemblyBadge
    on_version: int
    current_version: int
    waiting: bool
    mine: bool = True
    author_name: str = ""
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepRow:
    """One step of a signature circuit."""

    field: str
    official_name: str
    quality: str
    state: StepState
    at: datetime | None
    reason: str
    mine: bool
    verdict: str
    signer: str


@dataclass(frozen=True)
class DeliberationRow:
    """One deliberation in the signature inbox or in the secretariat's follow-up.

    Attributes:
        waiting: my signature or refusal waits to be sent.
        available: the bytes to read and sign are on this device.
    """

    deliberation_id: str
    sitting_id: str
    number: str
    title: str
    sitting_title: str
    starts_at: datetime
    assembly: AssemblyBadge
    sha256: str
    pages: int
    state: CircuitState
    steps: tuple[StepRow, ...]
    abilities: frozenset[Verb]
    available: bool
    waiting: bool


@dataclass(frozen=True)
class FollowRow:
    """One person in the follow-up of a sitting."""

    official_id: str
    name: str
    title: str
    group: str
    received_at: datetime | None
    received_revision: int
    acknowledged_at: datetime | None
    opened: int


@dataclass(frozen=True)
class FollowView:
    """Who received, acknowledged and opened what. `as_of`: last contact with the server."""

    row: SittingRow
    people: tuple[FollowRow, ...]
    documents: int
    deliberations: tuple[DeliberationRow, ...]
    as_of: datetime | None


@dataclass(frozen=True)
class SearchHit:
    """One page that holds what was searched, or a title. `page` counts from 0, -1 for a title.

    Attributes:
        snippet: text around the words found, which stand between U+2068 and U+2069.
        is_current: False where only an older version is on this device yet.
    """

    document_id: str
    sha256: str
    sitting_id: str
    sitting_title: str
    sitting_starts_at: datetime
    assembly: AssemblyBadge
    item_number: int
    document_title: str
    page: int
    snippet: str
    is_current: bool


@dataclass(frozen=True)
class SearchResult:
    """Hits, best first, with what could not be searched.

    Attributes:
        scans: documents with pages that only a picture shows (text not recognised).
        unindexed: documents not yet read into the index.
    """

    hits: tuple[SearchHit, ...]
    scans: int
    unindexed: int
    more: bool
