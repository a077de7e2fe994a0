"""A sitting as its readers get it: convocation, agenda, documents and their versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from boardpack.domain import manifest

PDF = "application/pdf"


class Telling(StrEnum):
    """Whether readers are told of a dossier."""

    TOLD = "told"
    WAITS = "waits"  # only the secretariat has it, until its `not_before`
    CALLED_BACK = "called_back"  # only the secretariat has it, until it sends another revision


class DocumentKind(StrEnum):
    """What a document is in its dossier."""

    CONVOCATION = "convocation"
    REPORT = "report"
    DRAFT_DELIBERATION = "draft_deliberation"
    ANNEX = "annex"
    OTHER = "other"


@dataclass(frozen=True)
class DocumentVersion:
    """Immutable bytes, named by their SHA-256 (64 lower-case hexadecimal characters).

    Attributes:
        number: 1 for the first version, then rising.
        size: bytes.
        pages: page count of a PDF, 0 for other files.
        pages_without_text: pages that only a scan shows.
    """

    sha256: str
    number: int
    size: int
    media_type: str
    pages: int
    pages_without_text: int
    created_at: datetime


@dataclass(frozen=True)
class Document:
    """A document of a dossier; `versions` rise in number and the last one is in force."""

    document_id: str
    kind: DocumentKind
    title: str
    file_name: str
    position: int
    versions: tuple[DocumentVersion, ...]
    item_id: str | None = None
    withdrawn: bool = False

    @property
    def current(self) -> DocumentVersion:
        """The version in force."""
        return self.versions[-1]


@dataclass(frozen=True)
class AgendaItem:
    """One item of the agenda; `number` is the one printed on the convocation."""

    item_id: str
    number: int
    title: str
    reporter: str = ""
    closed: bool = False


@dataclass(frozen=True)
class Dossier:
    """One revision of one sitting's dossier.

    Attributes:
        revision: rises by one with each publication; a device never goes back silently.
        first_sent_at: when the convocation was first sent; the legal delay counts from it. While
            a dossier waits, when it will be.
        revised_at: when readers were told of this revision.
        not_before: readers are told from this instant on; None: at once.
        signature: by the assembly's key over the whole content (`boardpack.trust.dossiers`);
            empty until the revision leaves the secretariat's device.
        telling: the server's word: whether readers were told.
        spread_s: over how many seconds from `revised_at` devices fetch the files, each at its turn.
    """

    sitting_id: str
    assembly_id: str
    revision: int
    title: str
    starts_at: datetime
    place: str
    items: tuple[AgendaItem, ...]
    documents: tuple[Document, ...]
    first_sent_at: datetime
    revised_at: datetime
    signature: str = ""
    not_before: datetime | None = None
    telling: Telling = Telling.TOLD
    spread_s: int = 0

    def digests(self) -> tuple[str, ...]:
        """Digests of the versions in force, in the order of the documents."""
        return tuple(each.current.sha256 for each in self.documents if not each.withdrawn)

    def manifest_sha256(self) -> str:
        """Digest of the whole content: what a receipt names and the assembly's key signs."""
        return manifest.digest(self, without=manifest.OUTSIDE)
