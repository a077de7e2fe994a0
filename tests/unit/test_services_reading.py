"""What a councillor sees and records, on a real store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.dossier import DocumentKind, Dossier
from boardpack.domain.records import ReceiptKind
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.services.changes import NOTHING, Changes
from boardpack.services.errors import (
    CannotWriteError,
    DocumentNotHereError,
    DocumentUnknownError,
    NotAllowedError,
    SittingUnknownError,
)
from boardpack.services.read_models import Position, TodoKind
from boardpack.services.reading import ReadingService
from boardpack.store.dossiers import projected
from boardpack.workflow.transitions import Verb
from sync.protocol.messages import ConvocationAcknowledged, DocumentOpened
from tests.helpers.local import (
    AGENT,
    COUNCILLOR,
    MAYOR,
    Local,
    document,
    dossier,
    local,
    receipt,
    soon,
    version,
)

CONVOCATION, REPORT, ANNEX, SHEET = (b"%PDF convocation", b"%PDF report", b"%PDF annex", b"sheet")


def usual(**changes: object) -> Dossier:
    made = dossier(
        document("convocation", version(CONVOCATION), kind=DocumentKind.CONVOCATION),
        document("report", version(REPORT, pages=12), item=1, position=1),
        document(
            "annex",
            version(ANNEX),
            kind=DocumentKind.ANNEX,
            item=1,
            position=2,
            file_name="01.4 - Plan.pdf",
        ),
        document(
            "sheet",
            version(SHEET, media_type="application/vnd.ms-excel"),
            kind=DocumentKind.ANNEX,
            item=2,
            position=3,
        ),
    )
    return replace(made, **changes)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Local]:
    with local(tmp_path, COUNCILLOR, usual()) as made:
        made.hold(CONVOCATION, REPORT, ANNEX)
        yield made


@pytest.fixture
def reading(device: Local) -> ReadingService:
    return ReadingService(device.context)


def test_a_sitting_shows_its_documents_in_order(reading: ReadingService) -> None:
    view = reading.sitting("sitting")
    assert view.convocation is not None
    assert view.convocation.document_id == "convocation"
    assert [
        (item.number, [each.document_id for each in item.documents]) for item in view.items
    ] == [
        (1, ["report", "annex"]),
        (2, ["sheet"]),
    ]
    assert view.others == ()


def test_what_is_missing_is_counted_in_bytes(reading: ReadingService) -> None:
    row = reading.sitting("sitting").row
    assert row.missing_bytes == len(SHEET)
    assert (row.documents, row.unread, row.modified) == (4, 4, 0)


def test_hours_are_those_of_the_town(device: Local, reading: ReadingService) -> None:
    starts_at = reading.sitting("sitting").row.starts_at
    assert str(starts_at.tzinfo) == "Europe/Paris"


def test_an_unknown_sitting_says_so(reading: ReadingService) -> None:
    with pytest.raises(SittingUnknownError):
        reading.sitting("other")


def test_sittings_come_first_the_next_then_the_last(device: Local, reading: ReadingService) -> None:
    for days in (-3, -30, 20, 2):
        device.tell(usual(sitting_id=f"in {days}", starts_at=soon(days), documents=()))
    order = [row.sitting_id for row in reading.sittings()]
    assert order == ["in 2", "sitting", "in 20", "in -3", "in -30"]
    assert [row.sitting_id for row in reading.sittings(past=True)] == ["in -3", "in -30"]
    assert [row.sitting_id for row in reading.sittings(past=False)] == order[:3]


def test_a_sitting_of_this_evening_is_still_to_come(device: Local, reading: ReadingService) -> None:
    device.tell(usual(starts_at=soon(-0.25)))
    assert not reading.sitting("sitting").row.past


def test_acknowledging_goes_to_the_outbox_once(device: Local, reading: ReadingService) -> None:
    changes = reading.acknowledge("sitting")
    assert changes == Changes(sittings=frozenset({"sitting"}), outbox=True)
    assert reading.acknowledge("sitting") == NOTHING
    (row,) = device.waiting()
    assert isinstance(row.event, ConvocationAcknowledged)
    told = projected(device.store.connection)["sitting"].dossier
    assert row.event.manifest_sha256 == told.manifest_sha256()
    assert reading.sitting("sitting").row.acknowledged_at is not None


def test_an_acknowledgement_of_another_device_counts(
    device: Local, reading: ReadingService
) -> None:
    device.tell(receipt(ReceiptKind.ACKNOWLEDGED, COUNCILLOR, usual()))
    assert reading.acknowledge("sitting") == NOTHING
    assert not device.waiting()


def test_a_secretariat_acknowledges_nothing(tmp_path: Path) -> None:
    with local(tmp_path, AGENT, usual()) as office:
        reading = ReadingService(office.context)
        assert Verb.ACKNOWLEDGE not in reading.sitting("sitting").row.abilities
        with pytest.raises(NotAllowedError):
            reading.acknowledge("sitting")
        assert not office.waiting()


def test_opening_gives_source_neighbours_and_label(reading: ReadingService) -> None:
    opened = reading.open_document("report")
    assert (opened.previous_document_id, opened.next_document_id) == ("convocation", "annex")
    assert (opened.item_label, opened.item_title) == ("1", "Point 1")
    assert opened.handle is not None
    assert opened.handle.path.is_file()
    assert opened.is_current
    assert Verb.ANNOTATE in opened.abilities
    annex = reading.open_document("annex")
    assert annex.item_label == "1.4"
    # The sheet of item 2 cannot be shown: nothing follows.
    assert annex.next_document_id is None


def test_the_key_of_a_document_never_shows(reading: ReadingService) -> None:
    opened = reading.open_document("report")
    assert opened.handle is not None
    assert opened.handle.key.hex() not in repr(opened)
    assert repr(opened.handle.key) not in repr(opened)


def test_bytes_not_received_yet_say_so(reading: ReadingService) -> None:
    with pytest.raises(DocumentNotHereError):
        reading.open_document("sheet")


@pytest.mark.parametrize(("document_id", "sha256"), [("none", None), ("report", "0" * 64)])
def test_an_unknown_document_or_version_says_so(
    reading: ReadingService, document_id: str, sha256: str | None
) -> None:
    with pytest.raises(DocumentUnknownError):
        reading.open_document(document_id, sha256)


def test_the_first_opening_is_told_once(device: Local, reading: ReadingService) -> None:
    sha256 = reading.open_document("report").sha256
    changes = reading.mark_opened("report", sha256)
    assert changes.outbox
    assert changes.documents == {"report"}
    assert reading.mark_opened("report", sha256) == NOTHING
    (row,) = device.waiting()
    assert isinstance(row.event, DocumentOpened)
    assert (row.event.sha256, row.event.revision) == (sha256, 1)
    assert reading.sitting("sitting").row.unread == 3


def modified() -> Dossier:
    old = usual()
    first, second, *others = old.documents
    newer = replace(second, versions=(*second.versions, version(b"%PDF newer", 2, 8)))
    return replace(old, revision=2, documents=(first, newer, *others))


def test_a_replaced_report_shows_as_modified_and_the_old_one_stays(
    device: Local, reading: ReadingService
) -> None:
    old = reading.open_document("report").sha256
    reading.mark_opened("report", old)
    device.hold(b"%PDF newer")
    device.tell(modified())
    row = reading.sitting("sitting").items[0].documents[0]
    assert row.modified
    assert [each.number for each in row.versions] == [2, 1]
    opened = reading.open_document("report")
    assert opened.newly_modified
    assert opened.version_number == 2
    before = reading.open_document("report", old)
    assert not before.is_current
    assert before.newer_sha256 == opened.sha256


def test_opening_an_older_version_is_told_to_nobody(device: Local, reading: ReadingService) -> None:
    old = reading.open_document("report").sha256
    device.hold(b"%PDF newer")
    device.tell(modified())
    assert not reading.mark_opened("report", old).outbox
    assert not device.waiting()


def test_the_place_is_found_again(reading: ReadingService) -> None:
    sha256 = reading.open_document("report").sha256
    reading.note_position("report", sha256, page=7, top=120.5, zoom=1.5)
    assert reading.open_document("report").position == Position(7, 120.5, 1.5)
    (resume,) = reading.home().resume
    assert (resume.document_id, resume.page, resume.pages) == ("report", 7, 12)


def test_the_place_in_a_shorter_version_stays_within_it(
    device: Local, reading: ReadingService
) -> None:
    sha256 = reading.open_document("report").sha256
    reading.note_position("report", sha256, page=11, top=120.5, zoom=1.5)
    device.hold(b"%PDF newer")
    device.tell(modified())
    assert reading.open_document("report").position == Position(7, 0.0, 1.5)


def test_home_says_what_needs_the_person_most_urgent_first(
    device: Local, reading: ReadingService
) -> None:
    reading.mark_opened("report", reading.open_document("report").sha256)
    device.tell(modified())
    device.answer(accepted=False, code="workflow.illegal_transition")
    device.tell(to_sign())
    kinds = [row.kind for row in reading.home().todo]
    assert kinds == [TodoKind.REJECTED, TodoKind.SIGN, TodoKind.ACKNOWLEDGE, TodoKind.MODIFIED]
    rejected = reading.home().todo[0]
    assert (rejected.title, rejected.code) == ("report", "workflow.illegal_transition")


def to_sign() -> Deliberation:
    step = CircuitStep("Maire", COUNCILLOR.official_id, "Maire")
    return Deliberation(
        deliberation_id="act",
        sitting_id="sitting",
        assembly_id="council",
        number="2026-1",
        title="Tarifs",
        versions=(version(b"%PDF act"),),
        steps=(step,),
        placed_at=soon(-1),
    )


def test_nothing_of_a_past_sitting_needs_an_acknowledgement(
    device: Local, reading: ReadingService
) -> None:
    device.tell(usual(starts_at=soon(-2), revision=2))
    home = reading.home()
    assert home.todo == ()
    assert [row.sitting_id for row in home.past_sittings] == ["sitting"]


def test_home_greets_by_name(reading: ReadingService) -> None:
    assert reading.home().official_name == "Paul Dubois"


def test_a_document_is_saved_where_the_person_says(reading: ReadingService, tmp_path: Path) -> None:
    sha256 = reading.open_document("report").sha256
    target = tmp_path / "rapport.pdf"
    reading.export_document("report", sha256, target)
    assert target.read_bytes() == REPORT
    assert [each.name for each in tmp_path.glob("*.part")] == []


def test_a_place_that_refuses_keeps_what_was_there(reading: ReadingService, tmp_path: Path) -> None:
    sha256 = reading.open_document("report").sha256
    with pytest.raises(CannotWriteError):
        reading.export_document("report", sha256, tmp_path / "no" / "rapport.pdf")


def test_what_the_mayor_opened_is_no_business_of_mine(tmp_path: Path) -> None:
    with local(tmp_path, MAYOR, usual()) as device:
        device.tell(receipt(ReceiptKind.OPENED, COUNCILLOR, usual(), "report"))
        assert ReadingService(device.context).sitting("sitting").row.unread == 4
        device.tell(receipt(ReceiptKind.OPENED, MAYOR, usual(), "report"))
        assert ReadingService(device.context).sitting("sitting").row.unread == 3


def test_a_sitting_in_the_night_of_the_clock_change_is_shown(
    device: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    device.tell(usual(starts_at=datetime(2026, 3, 29, 1, 30, tzinfo=UTC), revision=2))
    assert ReadingService(device.context).sitting("sitting").row.starts_at.hour == 3
