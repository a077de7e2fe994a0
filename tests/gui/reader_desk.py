"""A reader on a real profile: encrypted store, sealed files, the PDF worker, the window's shell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtWidgets import QApplication

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
from boardpack.services.program import Session
from sync.protocol.messages import assembly_feed
from tests.gui.furnished import SECRET, Furniture, make_profile, usual
from ui import theme
from ui.background import Background, Lane
from ui.navigation import DocumentRoute, Navigator
from ui.reader.reader_view import ReaderView

T = TypeVar("T")


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
    made = replace(
        usual(furniture).council,
        sitting_id=ids.new_id(),
        title="Conseil municipal de décembre",
        items=tuple(agenda),
        documents=tuple(documents),
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

    def open(self, number: int = 0, **route: object) -> ReaderView:
        """Open document `number` of the sitting in a shown reader of 1280×720."""
        document_id = self.dossier.documents[number].document_id
        reader = ReaderView(self.session, self.background, self.navigator)
        self.reader = reader
        self.navigator.open(DocumentRoute(document_id, **route))
        reader.open_route(self.navigator.route)
        reader.resize(1280, 720)
        reader.show()
        reader.opened()
        return reader

    def notes(self, number: int = 0) -> tuple[Note, ...]:
        """Read the notes of a document from the store."""
        document_id = self.dossier.documents[number].document_id
        return self.in_store(lambda: self.session.notes.for_document(document_id))

    def in_store(self, operation: Callable[[], T]) -> T:
        """Run `operation` on the store lane, after everything that waits there."""
        return wait_for(self.background, operation, Lane.STORE)

    def settle(self) -> None:
        """Wait until both lanes of the reader are empty, and their answers delivered."""
        for lane in (Lane.RENDER, Lane.STORE, Lane.RENDER):
            wait_for(self.background, lambda: None, lane)

    def place(self, page: int, x: float, y: float) -> QPointF:
        """Return where a point of a page (as shown) is in the viewport."""
        view = self.reader.parts.view
        placed = view.desk.pages[page]
        corner = view.view_rect().topLeft()
        return QPointF(
            placed.x + x * placed.zoom - corner.x(), placed.y + y * placed.zoom - corner.y()
        )

    def close(self) -> None:
        """Close the screen."""
        if self.reader is not None:
            self.reader.closing()
            self.reader.close()
            self.reader.deleteLater()
            self.reader = None


def wait_for(background: Background, operation: Callable[[], T], lane: Lane) -> T:
    """Run `operation` on a lane; return its result once the GUI thread was told."""
    loop = QEventLoop()
    answer: list[T] = []
    failures: list[Exception] = []
    background.run(
        operation,
        success=lambda result: (answer.append(result), loop.quit()),
        failure=lambda error: (failures.append(error), loop.quit()),
        lane=lane,
    )
    guard = QTimer(singleShot=True, interval=60_000)
    guard.timeout.connect(loop.quit)
    guard.start()
    loop.exec()
    if failures:
        raise failures[0]
    assert answer, "the lane did not answer"
    return answer[0]


def make_desk(
    folder: Path, files: Sequence[bytes | Sequence[bytes]], titles: Sequence[str] = ()
) -> tuple[ReaderDesk, Callable[[], None]]:
    """Make a profile with these files, open it; return the desk and what ends it."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.install(application)
    furniture = Furniture()
    dossier = dossier_of(furniture, files, titles)
    make_profile(folder, furniture)
    background = Background()
    program = bootstrap.open_program(folder, in_store=background.in_store)
    session = wait_for(background, lambda: program.unlock(SECRET), Lane.STORE)
    navigator = Navigator()
    session.announcer.subscribe(lambda changes: desk.reader and desk.reader.refresh(changes))
    desk = ReaderDesk(session, background, navigator, dossier)

    def end() -> None:
        desk.close()
        wait_for(background, program.lock, Lane.STORE)
        background.close()

    return desk, end
