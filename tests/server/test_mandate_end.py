"""How access ends: by the calendar, by IT, for a cause; and how it comes back."""

from datetime import timedelta

import pytest

from boardpack.domain.people import Role
from boardpack.domain.records import Access
from sync.server.access import today_in
from sync.server.actions.do_remove_mandate import do_remove_mandate
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.models import AuditLine, Change, Mandate
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader
from tests.helpers.world import IT


@pytest.fixture
def reader(world) -> Reader:
    made = Reader(worlds.person(world.councillor))
    made.sync()
    assert made.of("access")[world.council.id].granted
    return made


def mandate_of(world) -> Mandate:
    return Mandate.objects.get(official=world.councillor, assembly=world.council)


def end(world, *, immediate: bool = False) -> Mandate:
    row = mandate_of(world)
    row.ends, row.immediate = today_in(world.council.timezone), immediate
    do_save_mandate(IT, row)
    return row


def told(reader, world) -> Access:
    reader.sync()
    return reader.of("access")[world.council.id]


def test_a_mandate_that_ends_leaves_time(world, reader) -> None:
    end(world)
    assert told(reader, world) == Access(world.council.id, (), granted=False, immediate=False)


def test_one_that_ends_by_the_calendar_alone_too(world, reader, later) -> None:
    row = mandate_of(world)
    row.ends = today_in(world.council.timezone) + timedelta(days=3)
    do_save_mandate(IT, row)
    assert told(reader, world).granted
    later(timedelta(days=4))
    assert told(reader, world) == Access(world.council.id, (), granted=False, immediate=False)


def test_one_that_ends_for_a_cause_leaves_none(world, reader) -> None:
    end(world, immediate=True)
    assert told(reader, world) == Access(world.council.id, (), granted=False, immediate=True)
    line = AuditLine.objects.filter(action="refresh_access").latest("id")
    assert line.detail["immediate"] == 1


def test_the_cause_may_be_found_afterwards(world, reader) -> None:
    end(world)
    assert not told(reader, world).immediate
    end(world, immediate=True)
    assert told(reader, world).immediate


def test_one_that_should_never_have_been_leaves_none(world, reader) -> None:
    do_remove_mandate(IT, mandate_of(world))
    assert told(reader, world) == Access(world.council.id, (), granted=False, immediate=True)


def test_given_again_it_is_another_word_and_the_old_cause_is_forgotten(world, reader) -> None:
    end(world, immediate=True)
    assert told(reader, world).immediate
    again = worlds.mandate(world.councillor, world.council, starts=today_in(world.council.timezone))
    assert told(reader, world) == Access(world.council.id, (Role.MEMBER,), granted=True)
    again.ends = today_in(world.council.timezone)
    do_save_mandate(IT, again)
    assert told(reader, world) == Access(world.council.id, (), granted=False, immediate=False)


def test_nothing_is_told_twice(world, reader) -> None:
    end(world)
    told(reader, world)
    before = Change.objects.count()
    for _ in range(3):
        reader.sync()
    assert Change.objects.count() == before
