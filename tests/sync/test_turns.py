"""A device fetches a large dossier when its turn comes, or when its person opens it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from boardpack.domain import clock, spread
from boardpack.domain.dossier import DocumentKind
from boardpack.services.errors import DocumentNotHereError
from tests.helpers import world as worlds

SUMMONS, REPORT, ANNEX = b"%PDF convocation", b"%PDF report" + bytes(500_000), b"%PDF annex"
KINDS = (DocumentKind.CONVOCATION, DocumentKind.REPORT, DocumentKind.ANNEX)


@pytest.fixture
def sent(world, device_of, settings, monkeypatch):
    """A dossier that takes four devices sixteen seconds, and a councillor's device in their middle.

    Two devices are enrolled: eight seconds in all.
    """
    monkeypatch.setattr(spread, "place", lambda _device, _dossier: 0.5)
    settings.LINE_MBIT = 1
    agent, councillor = device_of(world.agent), device_of(world.councillor)
    councillor.synced()
    contents = (SUMMONS, REPORT, ANNEX)
    documents = [
        replace(worlds.document(worlds.version(each)), kind=kind)
        for each, kind in zip(contents, KINDS, strict=True)
    ]
    dossier = replace(worlds.dossier(world.council), documents=tuple(documents), items=())
    agent.synced()
    agent.publish(dossier, *contents)
    agent.synced()
    return dossier, councillor


def held(device) -> set[bytes]:
    return set(device.files().values())


def test_the_convocation_comes_at_once_the_rest_in_turn(sent, monkeypatch) -> None:
    _dossier, device = sent
    report = device.sync()
    assert (report.code, report.later) == ("", 2)
    assert 0 < report.next_in <= 4.5
    assert held(device) == {SUMMONS}
    assert not device.waiting()
    then = clock.now() + timedelta(seconds=report.next_in)
    monkeypatch.setattr(clock, "now", lambda: then)
    report = device.sync()
    assert (report.later, report.next_in, report.received_files) == (0, 0, 2)
    assert held(device) == {SUMMONS, REPORT, ANNEX}


def test_what_the_person_opens_comes_at_once_with_its_dossier(sent) -> None:
    dossier, device = sent
    assert device.sync().later == 2
    with pytest.raises(DocumentNotHereError):
        device.session.reading.open_document(dossier.documents[2].document_id)
    report = device.sync()
    assert report.later == 0
    assert held(device) == {SUMMONS, REPORT, ANNEX}


def test_places_are_spread_and_steady() -> None:
    places = [spread.place(f"device {number}", "dossier") for number in range(1000)]
    assert places == [spread.place(f"device {number}", "dossier") for number in range(1000)]
    assert all(0 <= each < 1 for each in places)
    tenths = [sum(low <= each * 10 < low + 1 for each in places) for low in range(10)]
    assert min(tenths) > 60
    assert places[0] != spread.place("device 0", "another")


@pytest.mark.parametrize(
    ("devices", "size", "line", "seconds"),
    [
        (4, 3_000_000, 100, 0),
        (30, 20_000_000, 100, 48),
        (1000, 180_000_000, 100, 3600),
        (1000, 180_000_000, 0, 0),
        (0, 10**12, 1, 0),
    ],
)
def test_how_long_it_takes(devices, size, line, seconds) -> None:
    assert spread.spread_s(devices, size, line) == seconds


@pytest.mark.parametrize(
    ("since", "turn"), [(-1e9, 60), (0, 30), (10, 20), (30, 0), (60, 0), (1e9, 0)]
)
def test_a_turn_is_never_further_than_the_spread(since, turn) -> None:
    assert spread.turn_in(since, 60, 0.5) == turn
