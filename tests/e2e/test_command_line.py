"""The command line against a real server, as the issue tells it: push, sync, read, sign, follow."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import documents
from tests.helpers.town import P12_SECRET, SECRET, Town, email
from tests.story.programs import Person

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TOML = """
assembly = "CM"
date = 2099-09-24
time = "18h30"
place = "Salle du conseil"
[items.2]
reporter = "Victor Bardey"
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with Town(tmp_path_factory.mktemp("town")) as made:
        yield made


def enrolled(town: Town, name: str, *options: str) -> Person:
    code = town.server.command("enrol", email(name))["code"]
    person = Person(name, email(name), town.profile(name), SECRET)
    sources = ("--code-from", "-", "--unlock-from", "-")
    done = person.run("enrol", town.server.url, *sources, *options, stdin=(code, SECRET))
    assert done.data["official_name"]
    return person


@pytest.fixture(scope="module")
def people(town: Town) -> dict[str, Person]:
    return {name: enrolled(town, name) for name in ("agent", "mayor", "secretary", "councillor")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("push")
    (made / "sitting.toml").write_text(TOML)
    (made / "Convocation.pdf").write_bytes(documents.text_pdf("Convocation"))
    (made / "01 - Procès-verbal.pdf").write_bytes(documents.text_pdf("Procès-verbal", "suite"))
    (made / "02 - Budget primitif.pdf").write_bytes(documents.text_pdf("Dépenses d’équipement"))
    (made / "02.1 - Tableau.ods").write_bytes(b"PK\x03\x04 sheet")
    (made / "plan.pdf").write_bytes(documents.scan_pdf())
    return made


@pytest.fixture(scope="module")
def sent(people: dict[str, Person], folder: Path) -> dict[str, Any]:
    people["agent"].unlocked("sync")
    return people["agent"].unlocked("push", str(folder)).data


def test_a_dry_run_shows_what_was_understood_and_keeps_nothing(
    people: dict[str, Person], folder: Path
) -> None:
    agent = people["agent"]
    agent.unlocked("sync")
    before = agent.unlocked("sittings").data
    view = agent.unlocked("push", str(folder), "--dry-run", "--new").data
    assert view["sendable"]
    assert [item["title"] for item in view["items"]] == ["Procès-verbal", "Budget primitif"]
    assert [file["path"] for file in view["not_placed"]] == ["plan.pdf"]
    assert view["items"][0]["files"][0]["pages"] == 2
    assert agent.unlocked("sittings").data == before


def test_a_push_arrives_on_the_devices_of_the_members(
    people: dict[str, Person], sent: dict[str, Any]
) -> None:
    assert sent["sent"]
    assert sent["exchange"]["code"] == ""
    councillor = people["councillor"]
    assert councillor.unlocked("sync").data["report"]["incomplete"] == 0
    (row,) = councillor.unlocked("sittings").data
    assert (row["missing_bytes"], row["documents"]) == (0, 4)
    view = councillor.unlocked("show", "next").data
    assert view["items"][1]["reporter"] == "Victor Bardey"


def test_the_same_push_again_sends_nothing(
    people: dict[str, Person], sent: dict[str, Any], folder: Path
) -> None:
    again = people["agent"].unlocked("push", str(folder)).data
    assert not again["sent"]
    assert again["draft"]["sitting_id"] == sent["draft"]["sitting_id"]


def test_a_councillor_searches_and_acknowledges_offline_then_is_followed(
    people: dict[str, Person], sent: dict[str, Any]
) -> None:
    sitting_id = sent["draft"]["sitting_id"]
    councillor, agent = people["councillor"], people["agent"]
    councillor.unlocked("sync")
    hits = councillor.unlocked("search", "depenses").data["hits"]
    assert [hit["document_title"] for hit in hits] == ["Budget primitif"]
    view = councillor.unlocked("show", sitting_id[:35], "--acknowledge").data
    assert view["row"]["acknowledged_at"]
    status = councillor.unlocked("status").data
    assert status["sync"]["waiting"] == 1
    assert status["todo"] == []
    councillor.unlocked("sync")
    agent.unlocked("sync")
    followed = agent.unlocked("show", sitting_id, "--follow").data
    (row,) = [each for each in followed["people"] if each["name"] == "Victor Bardey"]
    assert row["received_at"]
    assert row["acknowledged_at"]


def test_acts_are_placed_signed_in_order_and_verified(
    people: dict[str, Person], sent: dict[str, Any], town: Town, tmp_path: Path
) -> None:
    sitting_id = sent["draft"]["sitting_id"]
    acts = tmp_path / "acts"
    acts.mkdir()
    (acts / "2099-1 - Budget primitif.pdf").write_bytes(documents.text_pdf("Délibération"))
    agent, mayor, secretary = people["agent"], people["mayor"], people["secretary"]
    options = ("--to-sign", sitting_id, "--secretary", "sophie jeannin")
    assert agent.unlocked("push", str(acts), *options, "--dry-run").data["deliberations"]
    placed = agent.unlocked("push", str(acts), *options).data
    assert [each["field"] for each in placed["signatories"]] == ["Maire", "SecretaireDeSeance"]
    for person in (mayor, secretary):
        person.unlocked("sync")
        (row,) = person.unlocked("status").data["to_sign"]
        secrets = ("--unlock-from", "-", "--passphrase-from", "-")
        signed = person.run(
            *("sign", "--deliberation", row["deliberation_id"]),
            *("--p12", str(town.p12(person.name))),
            *secrets,
            stdin=(SECRET, P12_SECRET),
        )
        assert signed.data["waiting"]
        assert person.unlocked("sync").data["report"]["rejected"] == 0
    agent.unlocked("sync")
    (act,) = agent.unlocked("show", sitting_id, "--follow").data["deliberations"]
    assert act["state"] == "complete"
    out = tmp_path / "out"
    exported = agent.unlocked("export", sitting_id, "-o", str(out)).data["documents"]
    assert exported["missing"] == []
    pdf = out / "deliberations" / "Délibération 2099-1 - Budget primitif.pdf"
    verdict = agent.run("verify", str(pdf), "--roots", str(town.roots), "--strict").data
    assert verdict["verdict"] == "valid"
    assert [each["field"] for each in verdict["signatures"]] == ["Maire", "SecretaireDeSeance"]


def test_an_export_can_be_pushed_again(
    people: dict[str, Person], sent: dict[str, Any], tmp_path: Path
) -> None:
    agent, out = people["agent"], tmp_path / "out"
    agent.unlocked("export", sent["draft"]["sitting_id"], "-o", str(out))
    view = agent.unlocked("push", str(out), "--dry-run").data
    assert view["sitting_id"] == sent["draft"]["sitting_id"]
    assert view["changes"] == 0
    agent.unlocked("export", sent["draft"]["sitting_id"], "-o", str(out), expect=3)


def test_receipts_are_exported(
    people: dict[str, Person], sent: dict[str, Any], tmp_path: Path
) -> None:
    target = tmp_path / "suivi.csv"
    options = ("--receipts", str(target))
    people["agent"].unlocked("export", sent["draft"]["sitting_id"], *options)
    assert "Bardey" in target.read_text("utf-8-sig")


def test_without_network_everything_local_works_and_the_exchange_says_later(
    people: dict[str, Person], sent: dict[str, Any], town: Town
) -> None:
    councillor = people["councillor"]
    councillor.unlocked("sync")
    town.server.stop()
    try:
        assert councillor.unlocked("show", "next").data["row"]["title"] == "Conseil municipal"
        done = councillor.unlocked("sync", expect=75)
        assert done.failure == done.data["report"]["code"]
    finally:
        town.server.start()


def test_a_wrong_pin_ends_with_a_message(people: dict[str, Person]) -> None:
    done = people["agent"].run(
        "status", "--unlock-from", "-", stdin=("wrong words here",), expect=3
    )
    assert done.failure == "sealing.wrong_secret"
    assert done.data is None


def test_a_second_device_is_enrolled_only_when_the_person_agrees(
    people: dict[str, Person], town: Town
) -> None:
    code = town.server.command("enrol", email("mayor"))["code"]
    other = Person("mayor", email("mayor"), town.profile("other"), SECRET)
    words = ("enrol", town.server.url, "--code-from", "-", "--unlock-from", "-")
    refused = other.run(*words, stdin=(code, SECRET), expect=3)
    assert refused.failure == "device.already_active"
    assert not other.profile.exists() or not any(other.profile.iterdir())
    other.run(*words, "--replace", stdin=(code, SECRET))
    retired = people["mayor"].unlocked("sync", expect=3)
    assert retired.failure == "device.retired"
    people["mayor"] = other


def test_who_forgot_the_secret_starts_over(people: dict[str, Person], town: Town) -> None:
    code = town.server.command("enrol", email("councillor"))["code"]
    words = ("enrol", town.server.url, "--code-from", "-", "--unlock-from", "-", "--replace")
    new = "une autre phrase de passe"
    refused = people["councillor"].run(*words, stdin=(code, new), expect=3)
    assert refused.failure == "account.already_enrolled"
    people["councillor"].run(*words, "--start-over", stdin=(code, new))
    people["councillor"] = replace(people["councillor"], secret=new)
    people["councillor"].unlocked("sync")


def test_no_secret_stands_among_the_arguments(people: dict[str, Person]) -> None:
    done = people["agent"].run("status", expect=3)
    assert done.failure == "cli.no_secret"
