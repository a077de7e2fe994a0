"""do_keep_position: a person's own, unreadable here, the newest state, watched by nobody."""

from __future__ import annotations

import pytest

from boardpack.domain import clock, ids
from sync.protocol.messages import PositionSealed
from sync.server.actions.do_keep_position import MAX_SIZE
from sync.server.models import AuditLine, SealedPosition
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.server_state import contents

PLACE = "0190f3c2-0000-0000-0000-000000000001"


def place(ciphertext=b"sealed", position_id=PLACE):
    return PositionSealed(ids.new_id(), clock.now(), position_id, ciphertext)


@pytest.mark.parametrize("who", ["mayor", "councillor", "agent", "stranger"])
def test_everybody_keeps_their_own(world, who) -> None:
    person = worlds.person(getattr(world, who))
    assert send(person, place())[0].accepted
    reader = Reader(person)
    reader.sync()
    assert reader.of("position")[PLACE].ciphertext == b"sealed"


def test_nobody_reads_or_changes_anothers(world) -> None:
    mayor, deputy = worlds.person(world.mayor), worlds.person(world.deputy)
    send(mayor, place(b"mine"))
    send(deputy, place(b"theirs"))
    reader = Reader(mayor)
    reader.sync()
    assert reader.of("position")[PLACE].ciphertext == b"mine"
    assert SealedPosition.objects.count() == 2


def test_the_newest_place_takes_the_place_of_the_former(world) -> None:
    person = worlds.person(world.mayor)
    send(person, place(b"page 3"), place(b"page 9"))
    reader = Reader(person)
    reader.sync()
    assert reader.of("position")[PLACE].ciphertext == b"page 9"
    assert SealedPosition.objects.count() == 1


@pytest.mark.parametrize(
    ("event", "what"),
    [(place(bytes(MAX_SIZE + 1)), "ciphertext"), (place(position_id="report"), "position_id")],
)
def test_what_makes_no_sense_changes_nothing(world, event, what) -> None:
    person = worlds.person(world.mayor)
    before = contents()
    (answer,) = send(person, event)
    assert (answer.code, answer.parameters) == ("server.bad_event", {"what": what})
    assert contents() == before


def test_it_cannot_be_watched_who_reads_when(world) -> None:
    person = worlds.person(world.mayor)
    before = AuditLine.objects.count()
    send(person, place())
    assert AuditLine.objects.count() == before
