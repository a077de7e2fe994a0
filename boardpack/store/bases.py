"""Files held here that a missing one may be a revision of: what a delta can start from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from boardpack.domain.dossier import Document, DocumentVersion, Dossier
from boardpack.domain.likeness import MOST_SIBLINGS, Likeness, likeness
from boardpack.domain.signature import Deliberation
from boardpack.domain.transfers import Wanted
from boardpack.store.connection import Connection
from sync.protocol.codec import decode

#: Older versions of the same document that are named.
VERSIONS = 3


@dataclass
class _Shelf:
    """The files that are here, by what they may be recognised by."""

    by_mark: dict[tuple[str, str | int], dict[str, Likeness]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def put(self, sha256: str, known: Likeness) -> None:
        for mark in _marks(known):
            self.by_mark[mark][sha256] = known

    def siblings(self, sha256: str, known: Likeness) -> list[str]:
        """Return the files that resemble one, the nearest in size first."""
        found = {
            each: other.size
            for mark in _marks(known)
            for each, other in self.by_mark.get(mark, {}).items()
            if each != sha256 and known.resembles(other)
        }
        nearest = sorted(found, key=lambda each: (abs(found[each] - known.size), each))
        return nearest[:MOST_SIBLINGS]


def _marks(known: Likeness) -> Iterator[tuple[str, str | int]]:
    if known.title:
        yield "title", known.title
    if known.file_name:
        yield "file", known.file_name
    if known.pages:
        yield "pages", known.pages


def with_bases(connection: Connection, missing: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Return the missing files, each with the files here that it may be a revision of.

    Older versions of the same document first, then documents that resemble it
    (`boardpack.domain.likeness`, the rule by which the server made its deltas).
    """
    wanted = tuple(missing)
    if not wanted:
        return ()
    held = {row["sha256"] for row in connection.execute(_HELD)}
    dossiers = [decode(row["body"], Dossier) for row in connection.execute(_DOSSIERS)]
    documents = [document for each in dossiers for document in each.documents]
    bases: dict[str, dict[str, None]] = defaultdict(dict)
    lines = [(each.versions, each) for each in documents]
    signed = [decode(row["body"], Deliberation) for row in connection.execute(_DELIBERATIONS)]
    shelf = _shelf(documents, held)
    for versions, document in [*lines, *((each.versions, None) for each in signed)]:
        current = versions[-1].sha256
        if current not in held:
            found = _older(versions, held)
            found += shelf.siblings(current, _likeness(document, -1)) if document else []
            bases[current] |= dict.fromkeys(found)
    return tuple(replace(each, bases=tuple(bases.get(each.sha256, ()))) for each in wanted)


_HELD = "SELECT sha256 FROM blobs WHERE state = 'complete'"
_DOSSIERS = "SELECT body FROM dossiers"
_DELIBERATIONS = "SELECT body FROM deliberations"


def _shelf(documents: Iterable[Document], held: set[str]) -> _Shelf:
    shelf = _Shelf()
    for document in documents:
        for place, version in enumerate(document.versions):
            if version.sha256 in held:
                shelf.put(version.sha256, _likeness(document, place))
    return shelf


def _likeness(document: Document, place: int) -> Likeness:
    version = document.versions[place]
    names = (document.title, document.file_name)
    return likeness(*names, version.media_type, version.pages, version.size)


def _older(versions: tuple[DocumentVersion, ...], held: set[str]) -> list[str]:
    """Return the versions before the last that are here, the newest first."""
    found = [each.sha256 for each in reversed(versions[:-1]) if each.sha256 in held]
    return found[:VERSIONS]
