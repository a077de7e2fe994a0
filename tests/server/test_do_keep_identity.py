"""do_keep_identity: a person's own wrap, the newest alone, and nothing left of the former."""

from __future__ import annotations

import msgspec
import pytest

from boardpack.domain import clock, ids
from sync.protocol.messages import IdentitySealed, official_feed
from sync.server.actions.do_keep_identity import MAX_RETIRED, MAX_SIZE
from sync.server.models import AuditLine, Change, Official, SealedIdentity
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.server_state import contents

FIRST = "age1" + "p" * 58
SECOND = "age1" + "z" * 58


def wrap(recipient=FIRST, ciphertext=b"wrapped", kid="0" * 16, retires=()):
    event_id = ids.new_id()
    return IdentitySealed(event_id, clock.now(), recipient, ciphertext, kid, tuple(retires))


@pytest.mark.parametrize("who", ["mayor", "councillor", "agent", "stranger"])
def test_everybody_keeps_their_own_and_gets_it_back(world, who) -> None:
    person = worlds.person(getattr(world, who))
    assert send(person, wrap())[0].accepted
    reader = Reader(person)
    reader.sync()
    assert reader.of("identity")[FIRST].ciphertext == b"wrapped"


def test_nobody_gets_anothers(world) -> None:
    send(worlds.person(world.mayor), wrap())
    for who in (world.deputy, world.agent):
        reader = Reader(worlds.person(who))
        reader.sync()
        assert not reader.of("identity")


def test_nobody_changes_anothers(world) -> None:
    mayor, deputy = worlds.person(world.mayor), worlds.person(world.deputy)
    send(mayor, wrap(ciphertext=b"mine"))
    send(deputy, wrap(SECOND, retires=[FIRST]))
    assert bytes(SealedIdentity.objects.get(official=world.mayor).ciphertext) == b"mine"


def test_newer_words_leave_nothing_of_the_former_wrap(world) -> None:
    person = worlds.person(world.mayor)
    send(person, wrap(ciphertext=b"the former wrap"))
    send(person, wrap(ciphertext=b"the newer wrap", kid="1" * 16))
    row = SealedIdentity.objects.get()
    assert (bytes(row.ciphertext), row.kid) == (b"the newer wrap", "1" * 16)
    held = msgspec.json.encode(b"the former wrap").strip(b'"')
    bodies = Change.objects.exclude(body=None).values_list("body", flat=True)
    assert not [each for each in bodies if held in bytes(each)]
    assert "former" not in repr(contents())


def test_a_retired_identity_is_gone_for_a_reader_too(world) -> None:
    person = worlds.person(world.mayor)
    reader = Reader(person)
    reader.sync(wrap(FIRST))
    reader.sync(wrap(SECOND, retires=[FIRST, SECOND]))
    assert set(reader.of("identity")) == {SECOND}
    assert SealedIdentity.objects.count() == 1
    bodies = Change.objects.filter(feed=official_feed(world.mayor.id), kind="identity")
    assert [row.body is None for row in bodies.order_by("seq")] == [False, True]


def test_colleagues_learn_to_whom_to_seal(world) -> None:
    mayor = worlds.person(world.mayor)
    colleague = Reader(worlds.person(world.deputy))
    colleague.sync()
    send(mayor, wrap(SECOND))
    colleague.sync()
    assert colleague.of("official")[world.mayor.id].recipient == SECOND
    assert Official.objects.get(id=world.mayor.id).recipient == SECOND


def test_new_words_for_the_same_identity_disturb_no_colleague(world) -> None:
    mayor = worlds.person(world.mayor)
    send(mayor, wrap(SECOND))
    colleague = Reader(worlds.person(world.deputy))
    colleague.sync()
    before = dict(colleague.cursor)
    send(mayor, wrap(SECOND, kid="1" * 16))
    colleague.sync()
    assert colleague.cursor == before


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (wrap("age1short"), "recipient"),
        (wrap("AGE-SECRET-KEY-1" + "Q" * 58), "recipient"),
        (wrap(retires=["nobody"]), "recipient"),
        (wrap(kid="words"), "kid"),
        (wrap(ciphertext=bytes(MAX_SIZE + 1)), "ciphertext"),
        (wrap(retires=[SECOND] * (MAX_RETIRED + 1)), "retires"),
    ],
    ids=["recipient", "a secret key", "retires", "kid", "size", "many"],
)
def test_what_makes_no_sense_changes_nothing(world, event, what) -> None:
    person = worlds.person(world.mayor)
    before = contents()
    (answer,) = send(person, event)
    assert (answer.code, answer.parameters) == ("server.bad_event", {"what": what})
    assert contents() == before


def test_it_is_noted_that_words_were_made_and_nothing_of_them(world) -> None:
    person = worlds.person(world.mayor)
    send(person, wrap())
    line = AuditLine.objects.get(action="keep_identity")
    assert (line.subject_id, line.detail) == (FIRST, {})


# Enrolling again


def test_a_new_device_is_told_that_words_bring_the_former_identity_back(world, device_of) -> None:
    from sync.server.access import Person
    from sync.server.models import Device

    assert not device_of(world.mayor).registration["identity_kept"]
    send(Person(world.mayor, Device.objects.get(official=world.mayor)), wrap(FIRST))
    assert device_of(world.mayor).registration["identity_kept"]
    # Until the device says otherwise, others go on sealing to the identity that can come back.
    assert Official.objects.get(id=world.mayor.id).recipient == FIRST
