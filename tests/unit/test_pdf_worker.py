"""Documents opened, drawn, read and searched in the worker process."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from boardpack.annotation.note import Box
from boardpack.domain.errors import BoardpackError
from boardpack.pdf.errors import (
    DamagedPdfError,
    NotPdfError,
    PasswordProtectedError,
    UnknownDocumentError,
    UnknownPageError,
)
from boardpack.pdf.values import BytesSource, DocumentFacts, PageImage, SealedSource
from boardpack.pdf.worker_client import PdfWorker
from boardpack.sealing.errors import DamagedSealError, UnreadableSealError, WrongKeyError
from boardpack.sealing.segments import SealedWriter, new_key
from tests.helpers import documents

Opener = Callable[[bytes], DocumentFacts]


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    with PdfWorker() as worker:
        yield worker


@pytest.fixture
def opened(worker: PdfWorker) -> Iterator[Opener]:
    """Open documents that are closed after the test."""
    handles = []

    def opener(data: bytes) -> DocumentFacts:
        facts = worker.open(BytesSource(data))
        handles.append(facts.handle)
        return facts

    yield opener
    for handle in handles:
        worker.close_document(handle)


def pixel(image: PageImage, x: int, y: int) -> tuple[int, int, int]:
    at = y * image.stride + 3 * x
    red, green, blue = image.rgb[at : at + 3]
    return red, green, blue


def test_facts_of_a_document(opened: Opener) -> None:
    facts = opened(documents.many_pages_pdf(25))
    assert facts.pages == len(facts.page_boxes) == 25
    assert facts.page_boxes[24].cropbox == Box(0, 0, 595, 842)
    assert [(entry.level, entry.title, entry.page) for entry in facts.outline] == [
        (1, "Chapitre 0", 0),
        (1, "Chapitre 1", 10),
        (1, "Chapitre 2", 20),
    ]
    assert (facts.repaired, facts.encrypted, facts.needs_password) == (False, False, False)


def test_a_page_is_drawn_at_the_zoom_asked_for(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.text_pdf("Bonjour"))
    image = worker.render(facts.handle, 0, 2)
    assert (image.width, image.height, image.x, image.y, image.zoom) == (1190, 1684, 0, 0, 2)
    assert len(image.rgb) == image.stride * image.height
    assert pixel(image, 5, 5) == (255, 255, 255)
    assert min(image.rgb) < 60


def test_a_part_is_the_same_as_in_the_whole_page(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.text_pdf("Bonjour à tous\nDélibération"))
    whole = worker.render(facts.handle, 0, 1.5)
    part = worker.render(facts.handle, 0, 1.5, (100, 90, 120, 40))
    assert (part.x, part.y, part.width, part.height) == (100, 90, 120, 40)
    assert min(part.rgb) < 60
    for row in range(part.height):
        start = (90 + row) * whole.stride + 300
        assert part.rgb[row * part.stride :][:360] == whole.rgb[start : start + 360]


@pytest.mark.parametrize(
    ("clip", "place"),
    [
        ((-50, -50, 100, 100), (0, 0, 50, 50)),
        ((500, 800, 900, 900), (500, 800, 95, 42)),
        ((5000, 5000, 10, 10), (594, 841, 1, 1)),
        ((10, 10, 0, 0), (10, 10, 1, 1)),
    ],
)
def test_a_part_beyond_the_page_is_cut_to_it(
    worker: PdfWorker, opened: Opener, clip: tuple[int, int, int, int], place: tuple[int, ...]
) -> None:
    facts = opened(documents.text_pdf("Bonjour"))
    image = worker.render(facts.handle, 0, 1, clip)
    assert (image.x, image.y, image.width, image.height) == place


def test_no_picture_is_larger_than_25_million_pixels(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.text_pdf("Bonjour"))
    image = worker.render(facts.handle, 0, 40)
    assert 24_000_000 < image.width * image.height < 25_100_000
    assert image.zoom == pytest.approx(image.width / 595, rel=1e-3)


def test_dark_pages_keep_photographs(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.photo_pdf())
    bright = worker.render(facts.handle, 0, 1)
    dark = worker.render(facts.handle, 0, 1, dark=True)
    assert max(pixel(dark, 5, 5)) < 40
    assert pixel(dark, 200, 275) == pixel(bright, 200, 275) == (200, 30, 30)
    part = worker.render(facts.handle, 0, 1, (150, 250, 300, 200), dark=True)
    assert pixel(part, 50, 25) == (200, 30, 30)
    assert max(pixel(part, 290, 190)) < 40


def test_a_scan_turns_dark_as_a_whole(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.scan_pdf())
    dark = worker.render(facts.handle, 0, 0.5, dark=True)
    assert sum(dark.rgb) / len(dark.rgb) < 90


def test_a_thumbnail_has_the_width_asked_for(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.shaped_pdf((0, 0, 600, 800), rotation=90))
    image = worker.thumbnail(facts.handle, 0, 160)
    assert (image.width, image.height) == (160, 120)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (50, 60, 500, 700)])
@pytest.mark.parametrize("unit", [1, 2])
def test_words_are_in_user_space_whatever_the_page_shape(
    worker: PdfWorker,
    opened: Opener,
    rotation: int,
    crop: tuple[float, float, float, float] | None,
    unit: int,
) -> None:
    facts = opened(documents.shaped_pdf((10, 20, 610, 820), crop, rotation, unit))
    (word,) = worker.words(facts.handle, 0)
    assert word.text == "Repère"
    assert word.x0 == pytest.approx(100, abs=0.5)
    assert word.y0 < 300 < word.y1
    assert word.x1 == pytest.approx(168, abs=5)


def test_text_is_found_without_its_accents_and_across_lines(
    worker: PdfWorker, opened: Opener
) -> None:
    facts = opened(
        documents.text_pdf(
            "Vu le budget", "La DÉLIBÉRATION du\nconseil, l’œuvre", "délibé-\nration"
        )
    )
    hits = list(worker.find(facts.handle, "deliberation"))
    assert [hit.page for hit in hits] == [1, 2]
    assert hits[0].snippet == "La DÉLIBÉRATION du conseil, l’œuvre"
    assert [len(hit.quads) for hit in hits] == [1, 2]
    (across,) = worker.find(facts.handle, "du conseil")
    assert len(across.quads) == 2
    assert across.quads[0].bounds.y0 > across.quads[1].bounds.y0
    assert [hit.page for hit in worker.find(facts.handle, "oeuvre")] == [1]
    assert list(worker.find(facts.handle, "absent")) == []


def test_a_search_stops_at_its_limit(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.many_pages_pdf(60))
    assert len(list(worker.find(facts.handle, "budget", limit=7))) == 7
    assert len(list(worker.find(facts.handle, "budget"))) == 60


def test_a_search_ends_when_its_document_is_closed(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.many_pages_pdf(200))
    search = worker.find(facts.handle, "budget", limit=1000)
    assert next(search).page == 0
    worker.close_document(facts.handle)
    assert len(list(search)) < 1000


def test_the_text_of_every_page_is_there_for_the_index(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.many_pages_pdf(60))
    texts = worker.texts(facts.handle)
    assert len(texts) == 60
    assert texts[42].startswith("Page 42")
    assert texts[42] == worker.page_text(facts.handle, 42)


def test_a_scan_says_that_it_has_no_text(worker: PdfWorker, opened: Opener) -> None:
    scan = opened(documents.scan_pdf(2))
    text = opened(documents.text_pdf("Bonjour"))
    assert not worker.has_text(scan.handle, 1)
    assert worker.has_text(text.handle, 0)
    assert worker.texts(scan.handle) == ["", ""]


def test_fingerprints_tell_pages_apart(worker: PdfWorker, opened: Opener) -> None:
    text = opened(documents.text_pdf("Article premier", "Article second", "ARTICLE PREMIER"))
    prints = [worker.fingerprint(text.handle, page) for page in range(3)]
    assert prints[0] == prints[2] != prints[1]
    assert prints[0].startswith("words:")
    scan = opened(documents.scan_pdf(2))
    one, other = (worker.fingerprint(scan.handle, page) for page in range(2))
    assert one.startswith("dhash:")
    differing = (int(one[6:], 16) ^ int(other[6:], 16)).bit_count()
    assert differing > 20


def test_only_safe_links_are_given(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.linked_pdf())
    links = worker.links(facts.handle, 0)
    assert [(link.uri, link.page) for link in links] == [
        ("https://www.service-public.fr", -1),
        ("mailto:mairie@example.org", -1),
        ("", 1),
    ]
    assert links[0].quad.bounds == pytest.approx(Box(72, 722, 200, 742))
    assert worker.links(facts.handle, 1) == []


def sealed(path: Path, data: bytes) -> SealedSource:
    key = new_key()
    with path.open("wb") as file:
        writer = SealedWriter(file, key)
        writer.write(data)
        writer.finish()
    return SealedSource(path, key)


def test_a_sealed_document_is_opened_by_the_worker_itself(
    worker: PdfWorker, tmp_path: Path
) -> None:
    source = sealed(tmp_path / "blob", documents.text_pdf("Rapport confidentiel"))
    facts = worker.open(source)
    assert worker.page_text(facts.handle, 0) == "Rapport confidentiel"
    worker.close_document(facts.handle)
    assert source.key.hex() not in repr(source)


def test_what_is_wrong_with_a_sealed_file_is_told(worker: PdfWorker, tmp_path: Path) -> None:
    source = sealed(tmp_path / "blob", documents.text_pdf("Rapport"))
    with pytest.raises(WrongKeyError):
        worker.open(SealedSource(source.path, new_key()))
    data = bytearray(source.path.read_bytes())
    data[-20] ^= 1
    source.path.write_bytes(data)
    with pytest.raises(DamagedSealError):
        worker.open(source)
    source.path.unlink()
    with pytest.raises(UnreadableSealError):
        worker.open(source)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (documents.protected_pdf("secret"), PasswordProtectedError),
        (documents.damaged_pdf(), DamagedPdfError),
        (documents.pageless_pdf(), DamagedPdfError),
        (b"", NotPdfError),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), NotPdfError),
        (b"Bonjour", NotPdfError),
    ],
    ids=["password", "damaged", "no page", "empty", "picture", "text"],
)
def test_what_cannot_be_opened_is_refused_by_name(
    worker: PdfWorker, data: bytes, error: type[BoardpackError]
) -> None:
    with pytest.raises(error):
        worker.open(BytesSource(data))


def test_a_password_opens_what_it_protects(worker: PdfWorker) -> None:
    source = BytesSource(documents.protected_pdf("sésame"))
    with pytest.raises(PasswordProtectedError):
        worker.open(source, "wrong")
    facts = worker.open(source, "sésame")
    assert facts.needs_password
    assert facts.encrypted
    assert worker.page_text(facts.handle, 0) == "Confidentiel"
    worker.close_document(facts.handle)


def test_an_empty_password_is_no_obstacle(opened: Opener) -> None:
    facts = opened(documents.protected_pdf(""))
    assert facts.encrypted
    assert not facts.needs_password


def test_a_cut_document_opens_after_repair_and_says_so(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.cut_pdf())
    assert facts.repaired
    assert worker.texts(facts.handle) == ["Rapport numéro un", "Rapport numéro deux"]


def test_a_page_or_document_that_is_not_there_is_our_defect(
    worker: PdfWorker, opened: Opener
) -> None:
    facts = opened(documents.text_pdf("Bonjour"))
    for page in (-1, 1):
        with pytest.raises(UnknownPageError):
            worker.render(facts.handle, page, 1)
    worker.close_document(facts.handle)
    worker.close_document(facts.handle)
    with pytest.raises(UnknownDocumentError):
        worker.words(facts.handle, 0)


def test_many_threads_may_ask_at_once(worker: PdfWorker, opened: Opener) -> None:
    facts = opened(documents.many_pages_pdf(40))

    def first_word(page: int) -> str:
        worker.render(facts.handle, page, 0.3)
        return worker.words(facts.handle, page)[1].text

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(first_word, range(40))) == [str(page) for page in range(40)]
