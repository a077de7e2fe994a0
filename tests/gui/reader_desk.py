"""A reader on a real profile: encrypted store, sealed files, the PDF worker, the window's shell."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec
from PySide6.QtCore import QPointF

from boardpack import bootstrap
from boardpack.annotation.note import Note
from boardpack.domain import clock, ids
from boardpack.domain.dossier import (
    PDF,
    AgendaItem,
    Document,
    DocumentKind,
    DocumentVersion,
    Dossier,
)
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.store import changes
from sync.protocol.messages import assembly_feed
from tests.gui.furnished import SECRET, Furniture, _people, make_profile
from tests.gui.patience import settle, turn, until
from tests.helpers import trusted
from ui.background import Background, Lane
from ui.bridge import Bridge
from ui.navigation import DocumentRoute, Navigator
from ui.reader.reader_view import ReaderView

#: High enough that most of an A4 page is seen at full width.
SIZE = (1280, 1100)

T = TypeVar("T")
OpenReader: TypeAlias = Callable[..., "ReaderDesk"]


def dossier_of(
    furniture: Furniture, files: Sequence[bytes | Sequence[bytes]], titles: Sequence[str] = ()
) -> Dossier:
    """Put in a sitting of one item a file; a sequence of files is versions, the newest last."""
    documents: list[Document] = []
    agenda: list[AgendaItem] = []
    for place, file in enumerate(files):
        title = titles[place] if place < len(titles) else f"Rapport {place + 1}"
        item = AgendaItem(ids.new_id(), place + 1, title, "Mme Dumas")
        agenda.append(item)
        versions = [file] if isinstance(file, bytes) else list(file)
        documents.append(
            Document(
                ids.new_id(),
                DocumentKind.REPORT,
                title,
                f"{place + 1} - {title}.pdf",
                place,
                tuple(_version(furniture, data, number) for number, data in enumerate(versions)),
                item.item_id,
            )
        )
    _people(furniture)
    now = clock.now()
    made = Dossier(
        sitting_id=ids.new_id(),
        assembly_id="conseil",
        revision=1,
        title="Conseil municipal de décembre",
        starts_at=now + timedelta(days=5),
        place="Salle du conseil",
        items=tuple(agenda),
        documents=tuple(documents),
        first_sent_at=now,
        revised_at=now,
    )
    furniture.add(assembly_feed(made.assembly_id), "dossier", made)
    return made


def _version(furniture: Furniture, data: bytes, number: int) -> DocumentVersion:
    sha256 = hashlib.sha256(data).hexdigest()
    furniture.blobs[sha256] = data
    at = clock.now() - timedelta(days=9 - number)
    return DocumentVersion(sha256, number + 1, len(data), PDF, 500, 0, at)


@dataclass
class ReaderDesk:
    """What a test has at hand."""

    session: Session
    background: Background
    navigator: Navigator
    dossier: Dossier
    reader: ReaderView | None = None
    bridge: Bridge | None = None

    def hear(self, changes: Changes) -> None:
        """Tell the reader what changed, as the window does."""
        if self.reader is not None:
            self.reader.refresh(changes)

    def open(self, number: int = 0, **route: object) -> ReaderView:
        """Open document `number` of the sitting in a shown reader; wait for its pages."""
        reader = self.show(number, **route)
        until(lambda: bool(reader.parts.view.boxes), "the pages")
        self.settle()
        return reader

    def show(self, number: int = 0, **route: object) -> ReaderView:
        """Open document `number` of the sitting in a shown reader."""
        document_id = self.dossier.documents[number].document_id
        reader = ReaderView(self.session, self.background, self.navigator)
        self.reader = reader
        self.navigator.open(DocumentRoute(document_id, **route))
        reader.open_route(self.navigator.route)
        reader.resize(*SIZE)
        reader.show()
        reader.activateWindow()
        until(reader.isActiveWindow, "the window")
        reader.opened()
        return reader

    def notes(self, number: int = 0) -> tuple[Note, ...]:
        """Read the notes of a document from the store."""
        document_id = self.dossier.documents[number].document_id
        return self.in_store(lambda: self.session.notes.for_document(document_id))

    def in_store(self, operation: Callable[[], T]) -> T:
        """Run `operation` on the store lane, after everything that waits there."""
        return self.background.in_store(operation)

    def settle(self) -> None:
        """Wait until nothing runs for the reader, and everything was delivered."""
        settle(self.background, Lane.STORE, Lane.RENDER, Lane.NETWORK)

    @property
    def reading(self) -> ReaderView:
        """The open reader."""
        assert self.reader is not None
        return self.reader

    def replace_document(self, number: int, data: bytes) -> None:
        """Let the server send a new version of a document, as an exchange does."""
        furniture = Furniture()
        documents = list(self.dossier.documents)
        old = documents[number]
        version = _version(furniture, data, len(old.versions))
        documents[number] = replace(old, versions=(*old.versions, version))
        before = self.dossier
        after = replace(before, documents=tuple(documents), revision=before.revision + 1)
        self.dossier = trusted.signed(after, before)
        feed = assembly_feed(self.dossier.assembly_id)
        furniture.add(feed, "dossier", self.dossier)
        reply = furniture.reply()
        told = tuple(msgspec.structs.replace(each, seq=1000 + each.seq) for each in reply.changes)
        later = {name: 1000 + seq for name, seq in reply.cursor.items()}

        def arrive() -> Changes:
            store = self.session.context.store
            self.session.context.blobs.keep(data, version.sha256)
            answer = msgspec.structs.replace(reply, changes=told, cursor=later)
            return changes.apply(store, answer, lambda _sealed: None).changes

        self.session.announcer.announce(self.in_store(arrive))

    def place(self, page: int, x: float, y: float) -> QPointF:
        """Return where a point of a page (as shown) is in the viewport."""
        view = self.reading.parts.view
        placed = view.desk.pages[page]
        corner = view.view_rect().topLeft()
        return QPointF(
            placed.x + x * placed.zoom - corner.x(), placed.y + y * placed.zoom - corner.y()
        )

    def close(self) -> None:
        """Close the screen."""
        if self.bridge is not None:
            self.bridge.close()
        self.leave()

    def leave(self) -> None:
        """Leave the screen for good."""
        if self.reader is not None:
            self.reader.closing()
            self.reader.close()
            self.reader.deleteLater()
            self.reader = None


def reader_desks(folder: Path) -> Iterator[OpenReader]:
    """Give a function that opens a profile with files in it; close what it opened at the end."""
    desks: list[tuple[ReaderDesk, Callable[[], None]]] = []

    def open_one(
        files: Sequence[bytes | Sequence[bytes]], titles: Sequence[str] = ()
    ) -> ReaderDesk:
        desk, lock = make_desk(folder / f"profile{len(desks)}", files, titles)
        desks.append((desk, lock))
        return desk

    yield open_one
    for desk, lock in desks:
        desk.close()
        desk.background.close(lock)
        turn()


_made: dict[object, tuple[Path, Dossier]] = {}


def _furnish(
    folder: Path, files: Sequence[bytes | Sequence[bytes]], titles: Sequence[str]
) -> Dossier:
    """Make a profile with these files in `folder`: a copy, when one like it was made before."""
    key = (tuple(each if isinstance(each, bytes) else tuple(each) for each in files), tuple(titles))
    kept, dossier = _made.get(key, (None, None))
    if kept is None or dossier is None or not kept.exists():
        furniture = Furniture()
        dossier = dossier_of(furniture, files, titles)
        kept = folder.parents[1] / f"reader-{len(_made)}"
        make_profile(kept, furniture)
        _made[key] = (kept, dossier)
    shutil.copytree(kept, folder)
    return dossier


def make_desk(
    folder: Path, files: Sequence[bytes | Sequence[bytes]], titles: Sequence[str] = ()
) -> tuple[ReaderDesk, Callable[[], None]]:
    """Make a profile with these files, open it; return the desk and what locks it."""
    dossier = _furnish(folder, files, titles)
    background = Background()
    program = bootstrap.open_program(folder, in_store=background.in_store)
    session = background.in_store(lambda: program.unlock(SECRET))
    desk = ReaderDesk(session, background, Navigator(), dossier)
    desk.bridge = Bridge(session.announcer)
    desk.bridge.changed.connect(desk.hear)
    return desk, program.lock
