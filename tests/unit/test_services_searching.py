"""Search over everything here: accents and case aside, scans named, access obeyed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.dossier import PDF, Document, DocumentKind, DocumentVersion, Dossier
from boardpack.domain.people import Role
from boardpack.domain.records import Access
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.errors import SearchEmptyError
from boardpack.services.searching import SearchingService
from boardpack.store.index import FILE, MARKS, open_index
from tests.helpers import documents
from tests.helpers.local import COUNCILLOR, Local, document, dossier, local, sha256, soon, version

BUDGET = documents.text_pdf("Budget primitif 2100", "Les dépenses d’équipement des écoles")
ROADS = documents.text_pdf("Voirie communale : œuvre d’art de l’entrée")
SCAN = documents.scan_pdf()


def sitting(*contents: tuple[str, bytes], **options: object) -> Dossier:
    made = [
        document(title, scan(data) if data is SCAN else version(data, pages=2), item=number)
        for number, (title, data) in enumerate(contents, start=1)
    ]
    return dossier(*made, **options)


def scan(data: bytes) -> DocumentVersion:
    return DocumentVersion(sha256(data), 1, len(data), PDF, 1, 1, clock.now())


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    with PdfWorker() as made:
        yield made


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Local]:
    contents = (("Budget", BUDGET), ("Voirie", ROADS), ("Lettre scannée", SCAN))
    with local(tmp_path, COUNCILLOR, sitting(*contents)) as made:
        made.hold(BUDGET, ROADS, SCAN)
        yield made


@pytest.fixture
def searching(device: Local, worker: PdfWorker) -> SearchingService:
    service = SearchingService(device.context, worker)
    service.index_pending()
    return service


def found(service: SearchingService, query: str, **options: object) -> list[tuple[str, int]]:
    return [(hit.document_title, hit.page) for hit in service.search(query, **options).hits]


@pytest.mark.parametrize(
    "query",
    ["dépenses", "depenses", "DÉPENSES", "d’équipement", "equip", "écoles depenses", "ecole"],
)
def test_accents_case_order_and_endings_make_no_difference(
    searching: SearchingService, query: str
) -> None:
    assert found(searching, query) == [("Budget", 1)]


@pytest.mark.parametrize("query", ["œuvre", "oeuvre", "OEUVRE"])
def test_ligatures_are_taken_apart(searching: SearchingService, query: str) -> None:
    assert found(searching, query) == [("Voirie", 0)]


def test_titles_come_before_pages(searching: SearchingService) -> None:
    assert found(searching, "budget") == [("Budget", -1), ("Budget", 0)]
    assert found(searching, "voirie") == [("Voirie", -1), ("Voirie", 0)]


def test_every_word_must_be_there(searching: SearchingService) -> None:
    assert found(searching, "dépenses voirie") == []


def test_what_was_found_is_marked_in_the_snippet(searching: SearchingService) -> None:
    (hit,) = searching.search("depenses").hits
    assert f"{MARKS[0]}dépenses{MARKS[1]}" in hit.snippet
    assert hit.is_current


def test_scans_and_what_is_not_read_yet_are_counted(device: Local, worker: PdfWorker) -> None:
    service = SearchingService(device.context, worker)
    before = service.search("budget")
    assert (before.scans, before.unindexed) == (1, 3)
    steps: list[tuple[int, int]] = []
    assert service.index_pending(lambda *step: steps.append(step)) == 3
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
    after = service.search("budget")
    assert (after.scans, after.unindexed) == (1, 0)
    assert service.index_pending() == 0


def test_reading_in_can_be_stopped(device: Local, worker: PdfWorker) -> None:
    service = SearchingService(device.context, worker)
    asked = iter([False, True])
    assert service.index_pending(stop=lambda: next(asked)) == 1
    assert service.search("x").unindexed == 2


@pytest.mark.parametrize("query", ["", "  ", "« ! »", "*", '"', "€"])
def test_a_search_without_word_says_so(searching: SearchingService, query: str) -> None:
    with pytest.raises(SearchEmptyError):
        searching.search(query)


@pytest.mark.parametrize(
    "query", ['" OR 1', "NEAR(a b)", "text:budget", "a*b", "-x", "(a", "a AND"]
)
def test_words_of_the_engine_are_words_like_others(searching: SearchingService, query: str) -> None:
    searching.search(query)


def test_a_limit_says_that_there_is_more(device: Local, worker: PdfWorker) -> None:
    many = documents.many_pages_pdf(40)
    device.hold(many)
    device.tell(sitting(("Long", many), sitting_id="long"))
    service = SearchingService(device.context, worker)
    service.index_pending()
    result = service.search("chapitre", limit=10)
    assert len(result.hits) == 10
    assert result.more
    assert not service.search("dépenses", limit=10).more


def test_a_search_within_one_sitting(device: Local, worker: PdfWorker) -> None:
    device.tell(sitting(("Budget bis", BUDGET), sitting_id="other", starts_at=soon(30)))
    service = SearchingService(device.context, worker)
    service.index_pending()
    assert {hit.sitting_id for hit in service.search("depenses").hits} == {"sitting", "other"}
    assert {hit.sitting_id for hit in service.search("depenses", sitting_id="other").hits} == {
        "other"
    }


def test_a_new_version_replaces_the_old_one(device: Local, searching: SearchingService) -> None:
    newer = documents.text_pdf("Les recettes")
    device.tell(newer_dossier(newer))
    # Its bytes are not here yet: the old version is still found, and marked as such.
    (hit,) = searching.search("dépenses").hits
    assert not hit.is_current
    device.hold(newer)
    searching.index_pending()
    assert found(searching, "dépenses") == []
    assert found(searching, "recettes") == [("Budget", 0)]


def newer_dossier(data: bytes) -> Dossier:
    both = (version(BUDGET, pages=2), version(data, 2))
    made: Document = document("Budget", *both, kind=DocumentKind.REPORT, item=1)
    return dossier(made, revision=2)


def test_what_was_left_is_found_no_longer(device: Local, searching: SearchingService) -> None:
    device.tell(Access("council", (), granted=False))
    assert found(searching, "budget") == [], "closed"
    searching.index_pending()
    device.tell(Access("council", (Role.MEMBER,), granted=True))
    assert found(searching, "budget"), "opened again, without reading a document anew"
    device.tell(Access("council", (), granted=False, immediate=True))
    assert found(searching, "budget") == []
    searching.index_pending()
    with open_index(device.store) as index:
        assert index.known() == frozenset()


def test_the_index_is_encrypted_and_disposable(device: Local, searching: SearchingService) -> None:
    path = device.store.folder / FILE
    assert b"equipement" not in path.read_bytes()
    assert not path.read_bytes().startswith(b"SQLite format 3")
    path.write_bytes(b"noise" * 5000)
    assert found(searching, "depenses") == []
    assert searching.index_pending() == 3
    assert found(searching, "depenses") == [("Budget", 1)]


def test_documents_that_do_not_open_are_tried_once(device: Local, worker: PdfWorker) -> None:
    bad = (documents.damaged_pdf(), documents.protected_pdf("secret"))
    device.hold(*bad)
    device.tell(sitting(("Abîmé", bad[0]), ("Secret", bad[1]), sitting_id="bad"))
    service = SearchingService(device.context, worker)
    assert service.index_pending() == 5
    assert service.index_pending() == 0
    assert found(service, "depenses") == [("Budget", 1)]
