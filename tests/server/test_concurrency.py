"""Threads beside each other, on a real database: no gap, no skip, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import TypeVar

import pytest
from django.db import connections, transaction

from boardpack.domain import clock, ids
from sync.protocol.messages import NoteSealed
from sync.server import feeds, identity
from sync.server.actions.do_enrol_device import Registration, do_enrol_device
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.models import AppliedEvent, Change, Device, DossierRevision, Feed, SealedNote
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.wire_device import new_key, public

T = TypeVar("T")
THREADS = 6


@pytest.fixture
def world(transactional_db: None, files: object) -> worlds.World:
    identity.make_key()
    identity.ensure_state()
    made = worlds.build()
    worlds.give_keys(made)
    return made


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Run all at the same instant, each in its own thread and connection."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        try:
            barrier.wait(30)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result(120) for each in [pool.submit(run, act) for act in acts]]


def test_a_feed_has_no_gap_and_no_number_twice(world) -> None:
    people = [worlds.person(who) for who in (world.mayor, world.deputy, world.councillor)]
    agent = worlds.person(world.agent)
    name = f"assembly:{world.council.id}"
    before = Feed.objects.get(name=name).seq

    def publish() -> None:
        for _ in range(5):
            assert send(agent, worlds.published(worlds.dossier(world.council)))[0].accepted

    at_once(*[publish] * THREADS)
    numbers = Change.objects.filter(feed=name, seq__gt=before).order_by("seq")
    found = list(numbers.values_list("seq", flat=True))
    assert found == list(range(before + 1, before + 1 + 5 * THREADS))
    for person in people:
        reader = Reader(person)
        reader.sync()
        assert len(reader.of("dossier")) == 5 * THREADS


def test_a_reader_skips_nothing_while_others_write(world) -> None:
    """The classic hole: a lower number that commits after a higher one was read."""
    agent, done = worlds.person(world.agent), Event()
    reader = Reader(worlds.person(world.councillor))

    def publish() -> None:
        for _ in range(6):
            assert send(agent, worlds.published(worlds.dossier(world.council)))[0].accepted

    def read() -> None:
        while not done.is_set():
            reader.sync()
        reader.sync()

    def write() -> None:
        try:
            with ThreadPoolExecutor(4) as pool:
                for each in [pool.submit(closing(publish)) for _ in range(4)]:
                    each.result(120)
        finally:
            done.set()

    at_once(read, write)
    assert len(reader.of("dossier")) == 24
    numbers = reader.numbers[f"assembly:{world.council.id}"]
    assert numbers == sorted(set(numbers))


def closing(act: Callable[[], T]) -> Callable[[], T]:
    def run() -> T:
        try:
            return act()
        finally:
            connections.close_all()

    return run


def test_a_slow_writer_is_waited_for_not_skipped(world) -> None:
    """Two transactions on one feed: the second number is not visible before the first."""
    name, first_in, go_on = "assembly:slow", Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            feeds.append_gone([name], "dossier", ids.new_id())
            first_in.set()
            go_on.wait(2)

    def fast() -> None:
        first_in.wait(30)
        with transaction.atomic():
            feeds.append_gone([name], "dossier", ids.new_id())

    def read() -> list[int]:
        first_in.wait(30)
        return [each.seq for each in feeds.read([name], {}).changes]

    _, _, seen = at_once(slow, fast, read)
    assert seen == []
    assert [each.seq for each in feeds.read([name], {}).changes] == [1, 2]


def test_the_same_event_at_once_counts_once(world) -> None:
    person = worlds.person(world.mayor)
    event = NoteSealed(ids.new_id(), clock.now(), ids.new_id(), b"sealed")
    answers = at_once(*[lambda: send(person, event)] * THREADS)
    assert all(each == answers[0] and each[0].accepted for each in answers)
    assert AppliedEvent.objects.filter(event_id=event.event_id).count() == 1
    assert SealedNote.objects.count() == 1
    feed = Feed.objects.get(name=f"official:{world.mayor.id}")
    notes = Change.objects.filter(feed=feed, kind="note")
    assert list(notes.values_list("seq", flat=True)) == [feed.seq]


def test_two_agents_cannot_both_send_the_same_revision(world) -> None:
    agent = worlds.person(world.agent)
    dossier = worlds.dossier(world.council)
    answers = at_once(*[lambda: send(agent, worlds.published(dossier))[0]] * THREADS)
    assert sorted(each.code for each in answers) == ["", *["workflow.stale_base"] * (THREADS - 1)]
    assert DossierRevision.objects.count() == 1


def test_a_code_enrols_one_device_however_many_try_at_once(world) -> None:
    code = do_issue_code(worlds.IT, world.mayor).text

    def enrol() -> str:
        key = new_key()
        registration = Registration(
            code, "Tablette", public(key), key.thumbprint(), worlds.RECIPIENT, replace=True
        )
        try:
            return do_enrol_device(registration, "127.0.0.1").device.id
        except Exception as error:  # noqa: BLE001 what it was is the result
            return type(error).__name__

    results = at_once(*[enrol] * 4)
    assert sorted(results)[-3:] == ["BadCodeError"] * 3
    assert Device.objects.count() == 1


def test_writers_of_several_feeds_do_not_wait_for_each_other_for_ever(world) -> None:
    names = [f"assembly:{letter}" for letter in "abcde"]

    def forward() -> None:
        for _ in range(10):
            with transaction.atomic():
                feeds.append_gone(names, "dossier", ids.new_id())

    def backward() -> None:
        for _ in range(10):
            with transaction.atomic():
                feeds.append_gone(list(reversed(names)), "dossier", ids.new_id())

    at_once(forward, backward, forward, backward)
    assert set(Feed.objects.filter(name__in=names).values_list("seq", flat=True)) == {40}
