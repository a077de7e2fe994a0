"""What a secretariat sees of the sittings it sent."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from boardpack.domain.dossier import DocumentKind
from boardpack.domain.people import Mandate, Official, Role
from boardpack.domain.records import ReceiptKind
from boardpack.messages import use_language
from boardpack.services.errors import NotAllowedError, SittingUnknownError
from boardpack.services.following import FollowingService
from tests.helpers.local import (
    AGENT,
    BUREAU,
    COUNCIL,
    COUNCILLOR,
    MAYOR,
    SINCE,
    Local,
    document,
    dossier,
    local,
    receipt,
    soon,
    version,
)

SENT = dossier(
    document("convocation", version(b"%PDF c"), kind=DocumentKind.CONVOCATION),
    document("report", version(b"%PDF r"), item=1, position=1),
    document("gone", version(b"%PDF g"), item=1, position=2, withdrawn=True),
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Local]:
    with local(tmp_path, AGENT, SENT) as made:
        yield made


@pytest.fixture
def following(office: Local) -> FollowingService:
    return FollowingService(office.context)


def test_everybody_convoked_is_listed_by_name_the_office_is_not(
    following: FollowingService,
) -> None:
    names = [row.name for row in following.follow("sitting").people]
    assert names == ["Zoé Abadie", "Paul Dubois", "Élise Moreau"]


def test_a_person_of_two_mandates_stands_once(office: Local, following: FollowingService) -> None:
    office.tell(Mandate("second", MAYOR.official_id, "council", Role.MEMBER, SINCE))
    assert len(following.follow("sitting").people) == 3


def test_who_left_before_the_sitting_is_not_convoked(
    office: Local, following: FollowingService
) -> None:
    left = Official("left", "Luc", "Parti")
    ended = soon(-1).date()
    office.tell(left, Mandate("l", "left", "council", Role.MEMBER, SINCE, ended))
    assert "Luc Parti" not in [row.name for row in following.follow("sitting").people]


def test_receipts_show_the_server_s_moments(office: Local, following: FollowingService) -> None:
    received = receipt(ReceiptKind.RECEIVED, COUNCILLOR, SENT)
    newer = replace(SENT, revision=2)
    office.tell(
        received,
        receipt(ReceiptKind.RECEIVED, COUNCILLOR, newer),
        receipt(ReceiptKind.ACKNOWLEDGED, COUNCILLOR, SENT),
        receipt(ReceiptKind.OPENED, COUNCILLOR, SENT, "report"),
        receipt(ReceiptKind.OPENED, COUNCILLOR, SENT, "gone"),
    )
    view = following.follow("sitting")
    (row,) = [each for each in view.people if each.official_id == COUNCILLOR.official_id]
    assert row.received_revision == 2
    assert row.acknowledged_at is not None
    assert str(row.acknowledged_at.tzinfo) == "Europe/Paris"
    # The withdrawn document does not count.
    assert (row.opened, view.documents) == (1, 2)
    others = [each for each in view.people if each.official_id != COUNCILLOR.official_id]
    assert all(each.received_at is None and not each.opened for each in others)


def test_the_view_says_when_it_was_true(following: FollowingService) -> None:
    assert following.follow("sitting").as_of is not None


def test_only_my_secretariats_are_followed(office: Local, following: FollowingService) -> None:
    office.tell(BUREAU, dossier(sitting_id="bureau", assembly=BUREAU))
    assert [row.sitting_id for row in following.overview()] == ["sitting"]
    with pytest.raises(NotAllowedError):
        following.follow("bureau")
    with pytest.raises(SittingUnknownError):
        following.follow("none")


def test_a_councillor_follows_nobody(tmp_path: Path) -> None:
    with local(tmp_path, COUNCILLOR, SENT) as device:
        following = FollowingService(device.context)
        assert following.overview() == ()
        with pytest.raises(NotAllowedError):
            following.follow("sitting")


def test_receipts_are_exported_as_a_table(
    office: Local, following: FollowingService, tmp_path: Path
) -> None:
    use_language("en")
    office.tell(
        Official(COUNCILLOR.official_id, "Paul", "=Dubois"),
        receipt(ReceiptKind.RECEIVED, COUNCILLOR, SENT),
    )
    target = tmp_path / "suivi.csv"
    following.export_csv("sitting", target)
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert [row["Last name"] for row in rows] == ["'=Dubois", "Abadie", "Moreau"]
    assert rows[0]["Received"]
    assert rows[0]["Revision received"] == "1"
    assert rows[1]["Received"] == ""
    assert rows[2]["Political group"] == "Saint-Aubert ensemble"
    assert {row["Documents"] for row in rows} == {"2"}
    assert COUNCIL.name not in data.decode()
    use_language("fr")
