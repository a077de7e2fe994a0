"""A file of two cross-reference tables is written anew to be signed, and nothing shows it."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from boardpack.domain import clock
from boardpack.pdf.errors import (
    DamagedPdfError,
    NotPdfError,
    NotRewritableError,
    PageHungError,
    PasswordProtectedError,
    UnreadableFileError,
)
from boardpack.pdf.values import BytesSource
from boardpack.pdf.wire import PIECE
from boardpack.pdf.worker_client import PdfWorker
from signing import pades
from signing.errors import HybridDocumentError
from signing.verify import verify
from tests.conftest import CORPUS
from tests.helpers import documents
from tests.helpers.local import sha256
from tests.helpers.pki import pki


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    with PdfWorker(watchdog=4) as made:
        yield made


def written(folder: Path, data: bytes, name: str = "délibération 1.pdf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def shown(worker: PdfWorker, data: bytes) -> tuple[object, ...]:
    """Return all that a reader sees: boxes, outline, words and pictures of every page."""
    facts = worker.open(BytesSource(data))
    pages = [
        (worker.words(facts.handle, page), worker.render(facts.handle, page, 1).rgb)
        for page in range(facts.pages)
    ]
    worker.close_document(facts.handle)
    return facts.page_boxes, facts.outline, pages


def signed_twice(data: bytes) -> bytes:
    with pki().mayor.signer() as signer:
        once = pades.sign(data, "Maire", signer, moment=clock.now())
    with pki().secretary.signer() as signer:
        return pades.sign(once, "Secretaire", signer, moment=clock.now())


def is_hybrid(data: bytes) -> bool:
    try:
        pades.check_signable(data, "Maire")
    except HybridDocumentError:
        return True
    return False


def test_the_same_pages_without_the_second_table(worker: PdfWorker, tmp_path: Path) -> None:
    data = documents.hybrid_pdf(whole=documents.many_pages_pdf(12))
    assert is_hybrid(data)
    path = written(tmp_path, data)
    made = worker.normalised(path, sha256(data))
    assert not is_hybrid(made)
    assert shown(worker, made) == shown(worker, data)
    assert path.read_bytes() == data
    assert verify(signed_twice(made), roots=pki().roots).verdict == "valid"


def test_every_process_writes_the_same_bytes(worker: PdfWorker, tmp_path: Path) -> None:
    path = written(tmp_path, documents.hybrid_pdf("Un", "Deux"))
    with PdfWorker() as other:
        assert other.normalised(path) == worker.normalised(path)
    assert worker.normalised(path) == worker.normalised(path)


@pytest.mark.parametrize("password", ["secret", ""])
def test_a_protected_file_is_refused(worker: PdfWorker, tmp_path: Path, password: str) -> None:
    with pytest.raises(PasswordProtectedError):
        worker.normalised(written(tmp_path, documents.protected_pdf(password)))


def test_a_signed_file_is_never_written_anew(worker: PdfWorker, tmp_path: Path) -> None:
    with pytest.raises(NotRewritableError):
        worker.normalised(written(tmp_path, signed_twice(documents.text_pdf("Acte"))))


def test_nor_is_one_whose_signature_a_later_revision_hides(
    worker: PdfWorker, tmp_path: Path
) -> None:
    plain = documents.text_pdf("Acte")
    signed = signed_twice(plain)
    # The last table leads past the signatures, to the document as it was.
    hidden = signed + plain[plain.rindex(b"startxref") :]
    path = written(tmp_path, hidden)
    assert not worker.examine(path).has_signatures
    with pytest.raises(NotRewritableError):
        worker.normalised(path)


def test_a_damaged_file_that_opens_after_repair_is_refused(
    worker: PdfWorker, tmp_path: Path
) -> None:
    with pytest.raises(NotRewritableError):
        worker.normalised(written(tmp_path, documents.cut_pdf()))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [(documents.damaged_pdf(), DamagedPdfError), (b"no document", NotPdfError)],
)
def test_what_cannot_be_opened_is_named(
    worker: PdfWorker, tmp_path: Path, data: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        worker.normalised(written(tmp_path, data))


def test_only_the_file_that_was_examined_is_written(worker: PdfWorker, tmp_path: Path) -> None:
    path = written(tmp_path, documents.hybrid_pdf("Un"))
    with pytest.raises(UnreadableFileError):
        worker.normalised(path, "0" * 64)
    with pytest.raises(UnreadableFileError):
        worker.normalised(tmp_path / "absent.pdf")


def test_a_page_that_hangs_ends_it_and_the_next_file_is_served(tmp_path: Path) -> None:
    sound = written(tmp_path, documents.hybrid_pdf("Un"), "sound.pdf")
    endless = written(tmp_path, documents.hybrid_pdf(whole=documents.endless_pdf(2)))
    with PdfWorker(watchdog=2) as worker:
        with pytest.raises(PageHungError) as refusal:
            worker.normalised(endless)
        assert refusal.value.parameters == {"page": 1}
        assert worker.normalised(sound)


def test_a_large_document_comes_in_pieces(worker: PdfWorker, tmp_path: Path) -> None:
    document = pikepdf.open(io.BytesIO(documents.text_pdf("Plan")))
    document.attachments["plan.bin"] = os.urandom(2 * PIECE + 1)
    into = io.BytesIO()
    document.save(into, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    made = worker.normalised(written(tmp_path, documents.hybrid_pdf(whole=into.getvalue())))
    assert len(made) > 2 * PIECE
    with pikepdf.open(io.BytesIO(made)) as found:
        plan = found.attachments["plan.bin"].get_file().read_bytes()
    assert plan == document.attachments["plan.bin"].get_file().read_bytes()


@pytest.mark.corpus
@pytest.mark.parametrize(
    "path", sorted((CORPUS / "council").glob("*.pdf")), ids=lambda path: path.name
)
def test_real_council_papers_show_the_same(worker: PdfWorker, path: Path) -> None:
    data = path.read_bytes()
    if worker.examine(path).encrypted:
        with pytest.raises(PasswordProtectedError):
            worker.normalised(path)
        return
    made = worker.normalised(path, sha256(data))
    assert not is_hybrid(made)
    assert shown(worker, made) == shown(worker, data)
