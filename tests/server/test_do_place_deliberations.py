"""do_place_deliberations: who may place, all or none, who is told."""

from dataclasses import replace

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.people import Role
from boardpack.domain.signature import Deliberation, StepState
from sync.protocol.messages import DeliberationsPlaced
from sync.server.models import Deliberation as DeliberationRow
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.server_state import contents


@pytest.fixture
def agent(world):
    return worlds.person(world.agent)


@pytest.fixture
def sitting(world, agent):
    dossier = worlds.dossier(world.council)
    assert send(agent, worlds.published(dossier))[0].accepted
    return dossier


@pytest.fixture
def good(world, agent, sitting):
    version = worlds.keep(agent, b"%PDF deliberation")
    return worlds.deliberation(
        sitting, version, ("Maire", world.mayor), ("SecretaireDeSeance", world.deputy)
    )


def placed(*deliberations: Deliberation):
    return DeliberationsPlaced(ids.new_id(), clock.now(), deliberations)


def refused(person, *deliberations: Deliberation, code="server.bad_event", what=None):
    before = contents()
    (answer,) = send(person, placed(*deliberations))
    assert (answer.accepted, answer.code) == (False, code), answer
    if what:
        assert answer.parameters == {"what": what}
    assert contents() == before


def test_signatories_and_secretariat_are_told_nobody_else(world, agent, good) -> None:
    assert send(agent, placed(good))[0].accepted
    for who in (world.mayor, world.deputy, world.agent):
        reader = Reader(worlds.person(who))
        reader.sync()
        assert set(reader.of("deliberation")) == {good.deliberation_id}
    for who in (world.councillor, world.outsider, world.other_agent):
        reader = Reader(worlds.person(who))
        reader.sync()
        assert not reader.of("deliberation")


def test_a_signatory_may_read_the_file(world, agent, good, device_of) -> None:
    send(agent, placed(good))
    path = f"/api/v1/blobs/{good.current.sha256}"
    assert device_of(world.mayor).call("GET", path).status_code == 200
    assert device_of(world.councillor).call("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("mayor", "access.role_needed"),
        ("councillor", "access.role_needed"),
        ("other_agent", "access.unknown"),
        ("stranger", "access.unknown"),
    ],
)
def test_only_the_secretariat_places(world, good, who, code) -> None:
    refused(worlds.person(getattr(world, who)), good, code=code)


def test_all_are_placed_or_none(world, agent, good) -> None:
    wrong = replace(good, deliberation_id=ids.new_id(), title="")
    refused(agent, good, wrong, what="title")
    missing = replace(
        good, deliberation_id=ids.new_id(), versions=(worlds.version(b"%PDF not sent"),)
    )
    refused(agent, good, missing, code="blob.missing")
    assert not DeliberationRow.objects.exists()


def test_an_identifier_counts_once(world, agent, good) -> None:
    assert send(agent, placed(good))[0].accepted
    refused(agent, good, what="deliberation_id")
    twin = replace(good, deliberation_id=ids.new_id())
    refused(agent, twin, twin, what="deliberation_id")


def test_the_instant_is_the_servers(world, agent, good) -> None:
    send(agent, placed(replace(good, placed_at=clock.parse("2001-01-01T00:00:00Z"))))
    assert DeliberationRow.objects.get().placed_at.year > 2001


def test_what_a_deliberation_must_be(world, agent, sitting, good) -> None:
    step = good.steps[0]
    version = good.versions[0]
    for changes, what in (
        ({"steps": ()}, "steps"),
        ({"steps": (step, step)}, "step.field"),
        ({"steps": (replace(step, field=""),)}, "step.field"),
        ({"steps": (replace(step, state=StepState.SIGNED),)}, "step.state"),
        ({"steps": (replace(step, reason="x"),)}, "step.state"),
        ({"steps": (replace(step, official_id="x"),)}, "step.official_id"),
        ({"steps": (replace(step, official_id=ids.new_id()),)}, "step.official_id"),
        ({"steps": (replace(step, official_id=world.outsider.id),)}, "step.official_id"),
        ({"versions": ()}, "versions"),
        ({"versions": (version, replace(version, number=2))}, "versions"),
        ({"number": "x" * 61}, "number"),
        ({"sitting_id": "x"}, "sitting_id"),
    ):
        refused(agent, replace(good, **changes), what=what)
    refused(agent, replace(good, sitting_id=ids.new_id()), code="access.unknown")
    refused(agent, what="deliberations")


def test_the_sitting_must_be_that_assemblys(world, agent, good) -> None:
    worlds.mandate(world.agent, world.bureau, Role.SECRETARY_OFFICE)
    person = worlds.person(world.agent)
    refused(person, replace(good, assembly_id=world.bureau.id), what="assembly_id")
