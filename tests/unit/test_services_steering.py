"""Which files may come by themselves, what is told of it, and how long the rest may take."""

from __future__ import annotations

from pathlib import Path

import pytest

from boardpack.cli import offline
from boardpack.domain.transfers import Allowance
from boardpack.messages import use_language
from boardpack.services.changes import Announcer, Changes
from boardpack.services.holding import METERED_LIMIT, Choices, Holding, Metered, Steering
from boardpack.services.pace import SEEN, Pace
from boardpack.services.reading import ReadingService
from boardpack.services.steering import SteeringService
from boardpack.services.sync_models import SyncReport
from boardpack.services.sync_state import SyncMode, SyncState
from boardpack.store import meta
from tests.helpers.local import COUNCILLOR, document, dossier, local, version


@pytest.mark.parametrize(
    ("metered", "detected", "holding"),
    [
        (Metered.AUTOMATIC, None, Holding.NOTHING),
        (Metered.AUTOMATIC, False, Holding.NOTHING),
        (Metered.AUTOMATIC, True, Holding.METERED),
        (Metered.ALWAYS, None, Holding.METERED),
        (Metered.ALWAYS, False, Holding.METERED),
        (Metered.NEVER, True, Holding.NOTHING),
    ],
)
def test_the_person_decides_what_counts_as_metered(
    metered: Metered, detected: bool | None, holding: Holding  # noqa: FBT001
) -> None:  # fmt: skip
    steering = Steering(Choices(metered=metered), detected)
    assert steering.holding is holding
    limit = METERED_LIMIT if holding is Holding.METERED else None
    assert steering.allowance() == Allowance(limit)
    paused = Steering(Choices(paused=True, metered=metered), detected)
    assert paused.holding is Holding.PAUSED
    assert paused.allowance() == Allowance(0)


def test_choices_are_kept_and_others_are_told(tmp_path: Path) -> None:
    with local(tmp_path, COUNCILLOR) as device:
        announcer, told = Announcer(), list[Changes]()
        announcer.subscribe(told.append)
        service = SteeringService(device.context, announcer)
        service.pause()
        service.set_metered(Metered.ALWAYS)
        service.set_metered(Metered.ALWAYS)
        assert told == [Changes(transfers=True)] * 2
        service.sense(detected=True)
        assert len(told) == 2, "nothing else holds files than before"
        service.for_now(Choices())
        again = SteeringService(device.context, announcer)
        assert again.choices == Choices(paused=True, metered=Metered.ALWAYS)


def test_a_choice_of_a_newer_version_is_none(tmp_path: Path) -> None:
    with local(tmp_path, COUNCILLOR) as device:
        with device.context.store.transaction() as connection:
            meta.put(connection, "steering", b'{"metered": "on sundays"}')
        assert SteeringService(device.context, Announcer()).choices == Choices()


def test_a_dossier_says_what_is_here_and_why_the_rest_waits(tmp_path: Path) -> None:
    use_language("en")
    small, large = version(b"x"), version(b"y" * METERED_LIMIT)
    sitting = dossier(document("Small", small), document("Large", large, position=1))
    with local(tmp_path, COUNCILLOR, sitting) as device:
        context = device.context
        steering = context.steering

        def told() -> str:
            row = ReadingService(context).sitting("sitting").row
            return offline.dossier(row).replace("\u00a0", " ")

        for sha256, _data in [(small.sha256, b"x"), (large.sha256, b"y")]:
            context.blobs.give_up(sha256)
        assert told() == "0 documents of 2, 2 MB to come"
        steering.choices = Choices(metered=Metered.ALWAYS)
        assert told() == "0 documents of 2, 2 MB to come", "the small one comes by itself"
        context.blobs.keep(b"x", small.sha256)
        assert told() == "1 document of 2, 2 MB to come (waits for an unlimited network)"
        steering.asked = frozenset({large.sha256})
        assert told() == "1 document of 2, 2 MB to come"
        steering.asked = frozenset()
        steering.choices = Choices(paused=True)
        assert told() == "1 document of 2, 2 MB to come (paused)"
        context.blobs.keep(b"y" * METERED_LIMIT, large.sha256)
        assert told() == "complete offline"
    use_language("fr")


def test_an_exchange_tells_what_waits_and_what_brings_it() -> None:
    use_language("en")
    held = SyncReport(holding=Holding.METERED, held_files=5, held_bytes=34_000_000)
    lines = "\n".join(offline.report(held)).replace("\u00a0", " ")
    assert "--all" in lines
    assert "5 documents waiting, 34 MB" in lines
    paused = "\n".join(offline.report(SyncReport(holding=Holding.PAUSED)))
    assert "--resume" in paused
    assert "--" not in "\n".join(offline.report(SyncReport(holding=Holding.METERED)))
    use_language("fr")


def test_progress_stands_on_one_line() -> None:
    use_language("en")
    state = SyncState(
        SyncMode.WORKING, None, 0, 0, 12_000_000, 180_000_000, 66,
        saved=9_000_000, documents=80, seconds_left=130,
    )  # fmt: skip
    told = offline.progress(state).replace("\u00a0", " ")
    assert told == (
        "12 MB of 180 MB received · 14 documents of 80 · 9 MB saved · about 3 minutes left"
    )
    assert offline.left(None) == ""
    assert offline.left(59) == "less than a minute left"
    use_language("fr")


def test_a_steady_pace_is_told_and_no_other() -> None:
    pace = Pace()
    assert pace.seconds(100) is None
    for second in range(int(SEEN)):
        pace.note(second, second * 1000)
        assert pace.seconds(100_000) is None, "too little was seen"
    pace.note(SEEN, int(SEEN) * 1000)
    assert pace.seconds(100_000) == 100
    assert pace.seconds(0) is None
    for second in range(1, 8):
        pace.note(SEEN + second, int(SEEN) * 1000)
    assert pace.seconds(100_000) is None, "it stands still"
    pace.note(30, 5)
    assert pace.seconds(100_000) is None, "something begins anew"
