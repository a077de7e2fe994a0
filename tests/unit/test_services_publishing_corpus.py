"""Real council papers, and PDFs made to hurt: each is understood or named, none stops a push."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.draft_models import Corrections, FileProblem
from boardpack.services.publishing import PublishingService
from boardpack.services.searching import SearchingService
from sync.protocol.messages import DossierPublished
from tests.conftest import CORPUS
from tests.helpers.folders import real_folders
from tests.helpers.local import AGENT, Local, local, soon

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    with PdfWorker() as made:
        yield made


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Local]:
    with local(tmp_path, AGENT) as device:
        yield device


def test_three_folders_of_real_papers_are_published_and_searched(
    office: Local, worker: PdfWorker, tmp_path: Path
) -> None:
    service = PublishingService(office.context, worker)
    for number, folder in enumerate(real_folders(tmp_path / "push")):
        corrections = Corrections(starts_at=soon(30 + number), place="Mairie")
        view = service.examine(folder, corrections=corrections)
        assert view.sendable, [file for file in view.sent_files if file.blocking]
        # The convocation is a copy of the first report: told, and no obstacle.
        assert view.convocation is not None
        assert FileProblem.DUPLICATE in view.convocation.problems
        service.publish(view)
    for row in office.waiting():
        assert isinstance(row.event, DossierPublished)
        for document in row.event.dossier.documents:
            assert office.blobs.has(document.current.sha256)
            assert document.current.pages > 0
    searching = SearchingService(office.context, worker)
    assert searching.index_pending() > 0
    result = searching.search("deliberation", limit=500)
    assert result.hits
    assert result.scans > 0


def test_every_hostile_file_is_understood_or_named(
    office: Local, worker: PdfWorker, tmp_path: Path
) -> None:
    folder = tmp_path / "push"
    folder.mkdir()
    files = sorted((CORPUS / "pdf").glob("*.pdf")) + sorted((CORPUS / "council").glob("*.pdf"))
    for number, path in enumerate(files, start=1):
        shutil.copyfile(path, folder / f"{number:02} - {path.name}")
    began = time.monotonic()
    view = PublishingService(office.context, worker).examine(folder)
    seconds = time.monotonic() - began
    reports = {file.path[5:]: file for file in view.sent_files}
    assert len(reports) == len(files)
    for name in ("r3-user-password", "r4-aes-user-password", "PasswordProtectedPdf"):
        (file,) = [file for path, file in reports.items() if name in path]
        assert FileProblem.PASSWORD in file.problems
    for name in ("drive__pdf_corrupted", "poppler-85140-0", "poppler-67295-0"):
        (file,) = [file for path, file in reports.items() if name in path]
        assert file.blocking, name
    readable = [file for file in reports.values() if not file.blocking]
    assert len(readable) > 40
    assert all(file.pages for file in readable)
    assert seconds < 180
