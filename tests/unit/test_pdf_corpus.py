"""Every real document opens or is refused by name; none hangs or ends the program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from boardpack.domain.errors import BoardpackError
from boardpack.messages import error_text
from boardpack.pdf.errors import PageHungError
from boardpack.pdf.values import BytesSource
from boardpack.pdf.worker_client import PdfWorker

pytestmark = pytest.mark.corpus
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
FILES = sorted((*CORPUS.glob("pdf/*.pdf"), *CORPUS.glob("council/*.pdf")))

#: Files that no reader can open, and why.
REFUSED = {
    "idelibre__PasswordProtectedPdf.pdf": "pdf.password_protected",
    "pypdf__r3-user-password.pdf": "pdf.password_protected",
    "pypdf__r4-aes-user-password.pdf": "pdf.password_protected",
    "drive__pdf_corrupted.pdf": "pdf.not_pdf",
    "pdf.js__poppler-67295-0.pdf": "pdf.damaged",
    "pdf.js__poppler-85140-0.pdf": "pdf.damaged",
    "pdfium__bug_216.pdf": "pdf.damaged",
}
#: Files whose first page cannot be drawn. The first takes for ever; the second, seconds.
NOT_DRAWN = {
    "PyMuPDF__test_2548.pdf": {"pdf.page_hung"},
    "PyMuPDF__test_3450.pdf": {"pdf.page_hung", ""},
    "generated__plan_a0_vector.pdf": {"pdf.page_hung", ""},
    "pdfium__bug_527174.pdf": {"pdf.page_damaged"},
}


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    """A patient one: a page that only takes long on a busy machine is no hung page."""
    with PdfWorker(watchdog=60) as worker:
        yield worker


@pytest.fixture(scope="module")
def impatient() -> Iterator[PdfWorker]:
    """For pages that take for ever."""
    with PdfWorker(watchdog=3) as worker:
        yield worker


def outcome(worker: PdfWorker, path: Path) -> tuple[str, str]:
    """Return the code that opening ended with, then the one that drawing page 1 ended with."""
    try:
        facts = worker.open(BytesSource(path.read_bytes()))
    except BoardpackError as error:
        return error.code, ""
    try:
        assert facts.pages > 0
        image = worker.render(facts.handle, 0, 1)
        assert len(image.rgb) == image.stride * image.height
    except BoardpackError as error:
        return "", error.code
    else:
        worker.words(facts.handle, 0)
        worker.links(facts.handle, 0)
        worker.fingerprint(facts.handle, 0)
        return "", ""
    finally:
        worker.close_document(facts.handle)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_opens_or_is_refused_by_name(
    worker: PdfWorker, impatient: PdfWorker, path: Path
) -> None:
    opening, drawing = outcome(impatient if path.name in NOT_DRAWN else worker, path)
    assert opening == REFUSED.get(path.name, "")
    assert drawing in NOT_DRAWN.get(path.name, {""})
    for code in filter(None, (opening, drawing)):
        assert error_text(code, {"page": 1}).title


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_secretariat_is_told_what_is_wrong_with_it(worker: PdfWorker, path: Path) -> None:
    facts = worker.examine(path)
    refused = REFUSED.get(path.name, "")
    if refused == "pdf.not_pdf":
        assert not facts.is_pdf
    else:
        assert facts.problem == refused
    assert (facts.pages > 0) is (not refused)


def test_a_page_that_cannot_be_drawn_can_still_be_read(impatient: PdfWorker) -> None:
    facts = impatient.open(BytesSource((CORPUS / "pdf/PyMuPDF__test_2548.pdf").read_bytes()))
    with pytest.raises(PageHungError):
        impatient.render(facts.handle, 0, 1)
    assert len(impatient.words(facts.handle, 0)) > 100
    impatient.close_document(facts.handle)


def test_links_of_a_page_with_thirty_thousand_annotations_come_at_once(worker: PdfWorker) -> None:
    facts = worker.open(BytesSource((CORPUS / "pdf/pdf.js__bug1978317.pdf").read_bytes()))
    assert len(worker.links(facts.handle, 0)) == 2000
    worker.close_document(facts.handle)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_a_book_of_350_pages_stays_within_memory(worker: PdfWorker) -> None:
    facts = worker.open(BytesSource((CORPUS / "pdf/pdf.js__freeculture.pdf").read_bytes()))
    assert facts.pages == 352
    assert len(facts.outline) == 58
    largest = 0
    for page in range(facts.pages):
        worker.render(facts.handle, page, 1.5)
        statm = Path(f"/proc/{worker.pid}/statm").read_text(encoding="ascii")
        largest = max(largest, int(statm.split()[1]) * 4096)
    assert sum(map(len, worker.texts(facts.handle))) > 600_000
    assert len(list(worker.find(facts.handle, "creative property"))) > 20
    assert largest < 600 * 1024**2
    worker.close_document(facts.handle)
