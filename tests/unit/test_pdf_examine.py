"""What a secretariat is told of a file before sending it."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from boardpack.pdf.errors import UnreadableFileError
from boardpack.pdf.intake import PageSize, PdfFacts
from boardpack.pdf.worker_client import PdfWorker
from tests.helpers import documents


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    with PdfWorker(watchdog=2) as worker:
        yield worker


def examined(worker: PdfWorker, folder: Path, data: bytes, name: str = "pièce 1.pdf") -> PdfFacts:
    path = folder / name
    path.write_bytes(data)
    facts = worker.examine(path)
    assert facts.size == len(data)
    assert facts.sha256 == hashlib.sha256(data).hexdigest()
    return facts


def test_a_sound_document(worker: PdfWorker, tmp_path: Path) -> None:
    facts = examined(worker, tmp_path, documents.text_pdf("Un", "Deux", title="Rapport n° 1"))
    assert facts.is_pdf
    assert (facts.pages, facts.title, facts.problem) == (2, "Rapport n° 1", "")
    assert facts.page_sizes == (PageSize(210, 297, 2),)
    flags = (
        facts.encrypted,
        facts.damaged,
        facts.repaired,
        facts.has_signatures,
        facts.has_javascript,
        facts.has_launch,
        facts.has_attachments,
    )
    assert not any(flags)
    assert facts.pages_without_text == 0


def test_pages_that_only_a_scan_shows_are_counted(worker: PdfWorker, tmp_path: Path) -> None:
    assert examined(worker, tmp_path, documents.scan_pdf(2)).pages_without_text == 2


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (documents.protected_pdf("secret"), "pdf.password_protected"),
        (documents.damaged_pdf(), "pdf.damaged"),
        (documents.pageless_pdf(), "pdf.damaged"),
    ],
    ids=["password", "damaged", "no page"],
)
def test_what_cannot_be_read_is_named(
    worker: PdfWorker, tmp_path: Path, data: bytes, problem: str
) -> None:
    facts = examined(worker, tmp_path, data)
    assert facts.problem == problem
    assert facts.pages == 0
    assert facts.encrypted is (problem == "pdf.password_protected")
    assert facts.damaged is (problem == "pdf.damaged")


def test_an_empty_password_is_told_and_no_problem(worker: PdfWorker, tmp_path: Path) -> None:
    facts = examined(worker, tmp_path, documents.protected_pdf(""))
    assert facts.encrypted
    assert facts.problem == ""


def test_a_repaired_document_is_told(worker: PdfWorker, tmp_path: Path) -> None:
    facts = examined(worker, tmp_path, documents.cut_pdf())
    assert facts.repaired
    assert facts.pages == 2


def test_active_content_is_told(worker: PdfWorker, tmp_path: Path) -> None:
    active = examined(worker, tmp_path, documents.active_pdf())
    assert (active.has_javascript, active.has_launch, active.has_attachments) == (True, False, True)
    linked = examined(worker, tmp_path, documents.linked_pdf())
    assert (linked.has_javascript, linked.has_launch, linked.has_attachments) == (True, True, False)


def test_a_page_that_hangs_makes_a_document_damaged_and_the_rest_is_known(
    worker: PdfWorker, tmp_path: Path
) -> None:
    facts = examined(worker, tmp_path, documents.endless_pdf(3))
    assert (facts.pages, facts.damaged, facts.problem) == (3, True, "")


def package(*names: str, media_type: str = "") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        if media_type:
            archive.writestr("mimetype", media_type)
        for name in names:
            archive.writestr(name, "x")
    return into.getvalue()


ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("plan.png", b"\x89PNG\r\n\x1a\n" + bytes(9), "image/png"),
        ("plan.pdf", b"\xff\xd8\xff\xe0" + bytes(9), "image/jpeg"),
        ("note.odt", package("content.xml", media_type=ODT), ODT),
        (
            "note.docx",
            package("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("plans.zip", package("plan.png"), "application/zip"),
        ("lettre.txt", "Madame, Monsieur,\nvous êtes convoqué·e".encode(), "text/plain"),
        ("data.bin", bytes(range(256)), "application/octet-stream"),
        ("vide.pdf", b"", "application/octet-stream"),
    ],
)
def test_other_files_are_told_by_their_content(
    worker: PdfWorker, tmp_path: Path, name: str, data: bytes, media_type: str
) -> None:
    facts = examined(worker, tmp_path, data, name)
    assert facts.media_type == media_type
    assert not facts.is_pdf
    assert facts == PdfFacts(media_type, len(data), hashlib.sha256(data).hexdigest())


def test_a_file_that_cannot_be_read_is_named(worker: PdfWorker, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        worker.examine(tmp_path / "absent.pdf")
    assert refusal.value.parameters == {"name": "absent.pdf"}
    with pytest.raises(UnreadableFileError):
        worker.examine(tmp_path)
