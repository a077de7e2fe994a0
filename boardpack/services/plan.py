"""What sending a draft would make of a sitting: which document each file is, what changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from boardpack.domain.dossier import AgendaItem, Document, DocumentKind, Dossier
from boardpack.services.draft import Draft, DraftFile
from boardpack.services.draft_models import EVERY_ABSENT, FileRole
from boardpack.services.push_folder import NamedPlace, natural_key, understand

_SENT: Final = (FileRole.CONVOCATION, FileRole.REPORT, FileRole.ANNEX, FileRole.OTHER)


@dataclass(frozen=True)
class PlannedFile:
    """One file that goes into the dossier.

    Attributes:
        document: the one it is a version of, None for a new one.
        change: "new", "changed", "moved", "unchanged".
    """

    file: DraftFile
    place: NamedPlace
    document: Document | None
    change: str


@dataclass(frozen=True)
class PlannedItem:
    """One agenda item; `files`: its report, then its annexes."""

    number: int
    title: str
    reporter: str
    closed: bool
    kind: DocumentKind
    files: tuple[PlannedFile, ...]


@dataclass(frozen=True)
class Plan:
    """The sitting that sending would make.

    Attributes:
        absent: documents in force of the last revision that no file is a version of.
        withdrawn: those among them that the person takes out.
    """

    convocations: tuple[PlannedFile, ...]
    items: tuple[PlannedItem, ...]
    others: tuple[PlannedFile, ...]
    not_sent: tuple[tuple[DraftFile, NamedPlace], ...]
    absent: tuple[Document, ...]
    withdrawn: frozenset[str]

    @property
    def files(self) -> tuple[PlannedFile, ...]:
        """Every file that goes into the dossier, in its order."""
        of_items = (file for item in self.items for file in item.files)
        return (*self.convocations, *of_items, *self.others)


def make_plan(draft: Draft, base: Dossier | None) -> Plan:
    """Lay the draft's files over the revision in force."""
    placed = [(file, draft.place_of(file)) for file in draft.files]
    sent = [(file, place) for file, place in placed if place.role in _SENT]
    documents = _match(sent, base)
    planned = sorted(
        (_planned(file, place, documents.get(file.path), base) for file, place in sent), key=_order
    )
    known = {each.document_id for each in documents.values()}
    in_force = [each for each in base.documents if not each.withdrawn] if base else []
    absent = tuple(each for each in in_force if each.document_id not in known)
    return Plan(
        convocations=_of_role(planned, FileRole.CONVOCATION),
        items=_items(draft, planned, base, absent),
        others=_of_role(planned, FileRole.OTHER),
        not_sent=tuple((file, place) for file, place in placed if place.role not in _SENT),
        absent=absent,
        withdrawn=_withdrawn(draft, absent),
    )


def _withdrawn(draft: Draft, absent: tuple[Document, ...]) -> frozenset[str]:
    wanted = draft.corrections.withdraw or ()
    known = frozenset(each.document_id for each in absent)
    return known if EVERY_ABSENT in wanted else known & frozenset(wanted)


def _of_role(planned: Iterable[PlannedFile], role: FileRole) -> tuple[PlannedFile, ...]:
    return tuple(each for each in planned if each.place.role is role)


def _order(planned: PlannedFile) -> tuple[int, int, int, object]:
    place = planned.place
    return (
        place.item_number,
        _SENT.index(place.role),
        place.annex_number,
        natural_key(planned.file.path),
    )


def _match(files: list[tuple[DraftFile, NamedPlace]], base: Dossier | None) -> dict[str, Document]:
    """Tell which document of the last revision each file is a version of.

    First by bytes and place, then by bytes alone (it was moved), then by place, then by name
    (it was moved and changed). Notes follow the document, so a wrong match would misplace them:
    each document is given away once, the surest reason first.
    """
    if base is None:
        return {}
    numbers = {item.item_id: item.number for item in base.items}
    left = {
        each.document_id: (each, _document_marks(each, numbers))
        for each in sorted(base.documents, key=lambda each: each.withdrawn)
    }
    marks = {file.path: _file_marks(file, place) for file, place in files}
    found: dict[str, Document] = {}
    for reason in range(len(_Marks._fields)):
        for path, wanted in marks.items():
            if path in found:
                continue
            for document, offered in left.values():
                if offered[reason] == wanted[reason]:
                    found[path] = document
                    del left[document.document_id]
                    break
    return found


class _Marks(NamedTuple):
    """What tells that a file is a version of a document, the surest reason first."""

    bytes_and_place: tuple[str, FileRole, int]
    bytes_alone: str
    place: tuple[FileRole, int, int, str]
    name: str


def _file_marks(file: DraftFile, place: NamedPlace) -> _Marks:
    return _marks(file.sha256, place.role, place.item_number, place.annex_number, _name(file.path))


def _document_marks(document: Document, numbers: dict[str, int]) -> _Marks:
    number = numbers.get(document.item_id or "", 0)
    annex = understand(document.file_name).annex_number
    role = role_of(document)
    return _marks(document.current.sha256, role, number, annex, _name(document.file_name))


def _marks(sha256: str, role: FileRole, item: int, annex: int, name: str) -> _Marks:
    # Convocation and report are alone at their place; other documents are told by their name.
    slot_name = name if role is FileRole.OTHER or (role is FileRole.ANNEX and not annex) else ""
    slot_annex = annex if role is FileRole.ANNEX else 0
    return _Marks((sha256, role, item), sha256, (role, item, slot_annex, slot_name), name)


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].casefold()


def role_of(document: Document) -> FileRole:
    """Return the role that a file has which becomes such a document."""
    match document.kind:
        case DocumentKind.CONVOCATION:
            return FileRole.CONVOCATION
        case DocumentKind.REPORT | DocumentKind.DRAFT_DELIBERATION:
            return FileRole.REPORT
        case DocumentKind.ANNEX:
            return FileRole.ANNEX
        case _:
            return FileRole.OTHER


def _planned(
    file: DraftFile, place: NamedPlace, document: Document | None, base: Dossier | None
) -> PlannedFile:
    if document is None or base is None or document.withdrawn:
        return PlannedFile(file, place, document, "new")
    if document.current.sha256 != file.sha256:
        return PlannedFile(file, place, document, "changed")
    number = next((each.number for each in base.items if each.item_id == document.item_id), 0)
    stays = (role_of(document), number, document.title) == (
        place.role,
        place.item_number,
        place.title,
    )
    return PlannedFile(file, place, document, "unchanged" if stays else "moved")


def _items(
    draft: Draft,
    planned: list[PlannedFile],
    base: Dossier | None,
    absent: tuple[Document, ...],
) -> tuple[PlannedItem, ...]:
    """Return the agenda: items of files, of words, and of documents that stay without a file."""
    earlier = {item.item_id: item for item in base.items} if base else {}
    withdrawn = _withdrawn(draft, absent)
    staying = {
        earlier[document.item_id].number
        for document in absent
        if document.item_id in earlier and document.document_id not in withdrawn
    }
    numbers = {each.place.item_number for each in planned if each.place.item_number}
    numbers |= {words.number for words in draft.words.items} | staying
    numbers |= {said.number for said in draft.corrections.items if said.title}
    by_number = {item.number: item for item in earlier.values()}
    return tuple(
        _item(
            draft,
            number,
            tuple(each for each in planned if each.place.item_number == number),
            by_number.get(number),
        )
        for number in sorted(numbers)
    )


def _item(
    draft: Draft, number: int, files: tuple[PlannedFile, ...], before: AgendaItem | None
) -> PlannedItem:
    words = draft.item_words(number)
    report = next((each for each in files if each.place.role is FileRole.REPORT), None)
    title = (
        words.title or (report.place.title if report else "") or (before.title if before else "")
    )
    return PlannedItem(
        number=number,
        title=title,
        reporter=words.reporter,
        closed=words.closed,
        kind=words.kind,
        files=files,
    )
