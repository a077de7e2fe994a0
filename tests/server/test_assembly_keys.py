"""The signing key of an assembly on the server: who may, what it must be, what it then refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.trust import Covered, KeyShare
from boardpack.trust import keys
from sync.protocol.errors import RoleNeededError
from sync.protocol.messages import AssemblyKeyMade, AssemblyKeyShared, DossierPublished
from sync.server import identity
from sync.server.actions.do_order_key import NoAssemblyKeyError, do_order_key
from sync.server.models import AssemblyKey, AuditLine, KeyOrder
from tests.helpers import trusted, world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.server_state import contents
from tests.helpers.trusted import SERVER, Office

ROLES = [
    ("agent", ""),
    ("mayor", "access.role_needed"),
    ("councillor", "access.role_needed"),
    ("other_agent", "access.unknown"),
    ("outsider", "access.unknown"),
    ("stranger", "access.unknown"),
]


@pytest.fixture
def agent(world):
    return worlds.person(world.agent)


@pytest.fixture
def keyless(world):
    """The council has no key yet."""
    AssemblyKey.objects.filter(assembly=world.council).delete()
    return Office(world.council.id, SERVER)


def made(key):
    return AssemblyKeyMade(ids.new_id(), clock.now(), key)


def shared(key_id, recipients=("age1x",), sealed=b"sealed"):
    return AssemblyKeyShared(ids.new_id(), clock.now(), KeyShare(key_id, recipients, sealed))


def refused(person, event, code, what=None):
    before = contents()
    (answer,) = send(person, event)
    assert (answer.accepted, answer.code) == (False, code), answer
    if what:
        assert answer.parameters == {"what": what}
    assert contents() == before


@pytest.mark.parametrize(("who", "code"), ROLES)
def test_only_the_secretariat_makes_the_key(world, keyless, who, code) -> None:
    person = worlds.person(getattr(world, who))
    if code:
        refused(person, made(keyless.key), code)
        return
    (answer,) = send(person, made(keyless.key))
    assert answer.accepted, answer
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    record = reader.of("assembly_key")[keyless.key.key_id]
    assert keys.is_endorsed(record, identity.public_jwk())
    assert keys.is_proven(record)
    assert AuditLine.objects.filter(action="make_assembly_key").count() == 1


@pytest.mark.parametrize(("who", "code"), ROLES)
def test_only_the_secretariat_hands_it_over_and_no_member_reads_it(world, who, code) -> None:
    key_id = trusted.office(world.council.id).key.key_id
    person = worlds.person(getattr(world, who))
    code = "access.unknown" if code else ""
    if code:
        refused(person, shared(key_id), code)
        return
    (answer,) = send(person, shared(key_id))
    assert answer.accepted, answer
    for name, count in (("agent", 1), ("mayor", 0), ("councillor", 0), ("other_agent", 0)):
        reader = Reader(worlds.person(getattr(world, name)))
        reader.sync()
        assert len(reader.of("key_share")) == count, name


@pytest.mark.parametrize(
    "share",
    [
        shared("x"),
        shared(ids.new_id(), recipients=()),
        shared(ids.new_id(), recipients=("age1x",) * 201),
        shared(ids.new_id(), recipients=("a" * 101,)),
        shared(ids.new_id(), recipients=("a\0",)),
        shared(ids.new_id(), sealed=b"x" * 70_000),
    ],
)
def test_a_share_that_makes_no_sense_is_refused(agent, share) -> None:
    refused(agent, share, "server.bad_event")


def test_a_key_that_makes_no_sense_is_refused(world, agent, keyless) -> None:
    key = keyless.key
    other = Office(world.council.id, SERVER).key
    for bad, what in (
        (replace(key, key_id="x"), "key_id"),
        (replace(key, assembly_id="x"), "assembly_id"),
        (replace(key, number=0), "key.number"),
        (replace(key, jwk={}), "key.jwk"),
        (replace(key, jwk={**key.jwk, "d": "secret"}), "key.jwk"),
        (replace(key, jwk={**key.jwk, "x": "x" * 101}), "key.jwk"),
        (replace(key, proof=""), "key.proof"),
        (replace(key, proof="a.b.c"), "key.proof"),
        (replace(key, proof="x" * 2001), "key.proof"),
        (replace(key, jwk=other.jwk), "key.proof"),
        (replace(key, proof=other.proof), "key.proof"),
    ):
        refused(agent, made(bad), "server.bad_event", what)


def test_the_first_one_counts(world, agent, keyless) -> None:
    other = Office(world.council.id, SERVER)
    assert send(agent, made(keyless.key))[0].accepted
    refused(agent, made(other.key), "workflow.stale_base")
    assert send(agent, made(keyless.key))[0].accepted, "offered again after a restore"
    thief = replace(other.key, key_id=keyless.key.key_id)
    refused(agent, made(keys.prove(thief, other.private)), "server.bad_event", "key_id")
    assert AssemblyKey.objects.filter(assembly=world.council).count() == 1


def test_the_next_key_needs_the_word_of_the_former_one_or_an_order(world, agent) -> None:
    office = trusted.office(world.council.id)
    refused(agent, made(office.replaced(vouched=False).key), "trust.unvouched_key")
    stranger = Office(world.council.id, SERVER)
    forged = keys.vouch(office.replaced(vouched=False).key, stranger.private)
    refused(agent, made(forged), "trust.unvouched_key")
    after = office.replaced()
    assert send(agent, made(after.key))[0].accepted
    last = after.replaced(vouched=False)
    refused(agent, made(last.key), "trust.unvouched_key")
    do_order_key(worlds.IT, world.council)
    assert send(agent, made(last.key))[0].accepted
    refused(agent, made(last.replaced(vouched=False).key), "trust.unvouched_key")


def test_a_new_key_answers_for_all_that_is_in_force_and_nothing_else(world, agent) -> None:
    office = trusted.office(world.council.id)
    first, second = (worlds.dossier(world.council) for _ in range(2))
    for sent in (first, second, replace(first, revision=2)):
        assert send(agent, worlds.published(sent))[0].accepted
    in_force = (replace(first, revision=2), second)
    wrong = (
        (),
        (first, second),
        (in_force[0],),
        (*in_force, worlds.dossier(world.council)),
        (replace(in_force[0], title="Autre"), second),
    )
    for covers in wrong:
        refused(agent, made(office.replaced(*covers).key), "trust.stale_covers")
    after = office.replaced(*in_force)
    assert send(agent, made(after.key))[0].accepted
    expected = Covered(first.sitting_id, 2, in_force[0].manifest_sha256())
    assert expected in after.key.covers
    refused(agent, worlds.published(replace(first, revision=3)), "trust.other_key")


def test_an_order_is_its_alone_and_needs_a_key(world, agent) -> None:
    with pytest.raises(RoleNeededError):
        do_order_key(agent, world.council)
    AssemblyKey.objects.filter(assembly=world.bureau).delete()
    with pytest.raises(NoAssemblyKeyError):
        do_order_key(worlds.IT, world.bureau)
    do_order_key(worlds.IT, world.council)
    do_order_key(worlds.IT, world.council)
    assert KeyOrder.objects.get().key_id == trusted.office(world.council.id).key.key_id
    reader = Reader(agent)
    reader.sync()
    assert set(reader.of("key_order")) == {world.council.id}


# What it refuses of dossiers


def event(dossier):
    return DossierPublished(ids.new_id(), clock.now(), dossier)


def test_an_unsigned_or_wrongly_signed_dossier_is_refused(world, agent) -> None:
    office = trusted.office(world.council.id)
    dossier = worlds.dossier(world.council)
    good = office.sign(dossier)
    another = office.sign(worlds.dossier(world.council)).signature
    for bad, code in (
        (dossier, "trust.unsigned"),
        (replace(dossier, signature="a.b.c"), "trust.forged"),
        (replace(good, title="Autre"), "trust.forged"),
        (replace(good, place="Autre"), "trust.forged"),
        (replace(dossier, signature=another), "trust.forged"),
        (Office(world.council.id, SERVER).sign(dossier), "trust.other_key"),
        (trusted.office(world.bureau.id).sign(dossier), "trust.other_key"),
    ):
        refused(agent, event(bad), code)
    (answer,) = send(agent, event(good))
    assert answer.accepted


def test_a_revision_must_follow_the_one_in_force(world, agent) -> None:
    office = trusted.office(world.council.id)
    first = worlds.dossier(world.council)
    assert send(agent, event(office.sign(first)))[0].accepted
    second = replace(first, revision=2)
    refused(agent, event(office.sign(second)), "workflow.stale_base")
    refused(agent, event(office.sign(second, "0" * 64)), "workflow.stale_base")
    assert send(agent, event(office.sign(second, first.manifest_sha256())))[0].accepted


def test_an_assembly_without_key_takes_no_dossier(world, agent, keyless) -> None:
    refused(agent, event(keyless.sign(worlds.dossier(world.council))), "trust.other_key")
