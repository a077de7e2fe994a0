"""A corrected document costs what was corrected; whatever fails, the whole file comes."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Role
from boardpack.domain.transfers import DeltaKind
from boardpack.store.blobs import RESUMABLE
from sync.delta import flate, probe
from sync.engine import ladder
from sync.protocol.codec import encode
from sync.protocol.messages import DeltaSearch
from sync.server import blobs
from sync.server.jobs import worker
from sync.server.models import Delta, DeltaPair
from tests.helpers import revisions, world as worlds
from tests.helpers.devices import revised
from tests.helpers.local import sha256
from tests.helpers.server import SimulatedServer
from tests.helpers.world import World, document, dossier, version
from tests.sync.conftest import MakeDevice

BLOBS = "/api/v1/blobs/"
SEARCH = "/api/v1/deltas/search"
DELTAS = "/api/v1/deltas/"
TEXTS = revisions.paragraphs(200, 1)
FIRST = revisions.report(TEXTS)
SECOND = revisions.report([TEXTS[0].replace(" ", " exactement ", 1), *TEXTS[1:]])
#: Larger than what is resumed after a kill; three places changed.
LARGE = b"%PDF-1.7 " + random.Random(1).randbytes(RESUMABLE + 2_000_000)
ADDED = random.Random(2).randbytes(40_000)
LARGER = LARGE[:1_000] + b"neuf" + LARGE[1_000:5_000_000] + ADDED + LARGE[5_000_100:]
#: A paragraph more moves what follows over the pages: only the PDF-aware delta is small.
THIRD = revisions.report([*TEXTS[:150], *revisions.paragraphs(1, 2), *TEXTS[150:]])


class Town:
    """A secretariat that sends and corrects, and a councillor's device that has what was sent."""

    def __init__(self, world: World, server: SimulatedServer, device_of: MakeDevice) -> None:
        self.world = world
        self.server = server
        self.agent = device_of(world.agent)
        self.mayor = device_of(world.mayor)
        self.sent: Dossier | None = None

    def publish(self, *contents: bytes) -> Dossier:
        """Send a dossier of these documents; the mayor's device receives it."""
        self.sent = dossier(self.world.council, *(document(version(each)) for each in contents))
        self.agent.publish(self.sent, *contents)
        self.agent.synced()
        self.mayor.synced()
        self.server.line.seen.clear()
        return self.sent

    def correct(self, *contents: bytes, computed: bool = True) -> None:
        """Send the next version of the first documents."""
        assert self.sent is not None
        documents = list(self.sent.documents)
        for place, data in enumerate(contents):
            after = dataclasses.replace(version(data), number=documents[place].current.number + 1)
            documents[place] = dataclasses.replace(
                documents[place], versions=(*documents[place].versions, after)
            )
        self.sent = revised(
            self.sent, lambda each: dataclasses.replace(each, documents=tuple(documents))
        )
        self.agent.publish(self.sent, *contents)
        self.agent.synced()
        if computed:
            worker.run_waiting()
        self.server.line.seen.clear()

    def spoil(self, *kinds: str, change: Callable[[bytes], bytes]) -> None:
        """Let artefacts of the server be other bytes, which it believes to be right."""
        for row in Delta.objects.filter(kind__in=kinds or list(DeltaKind)):
            data = change(blobs.read(row.artefact_id))
            blobs.put(sha256(data), data)
            spoilt, _ = type(row.artefact).objects.get_or_create(
                sha256=sha256(data),
                defaults={"size": len(data), "created_at": row.artefact.created_at},
            )
            Delta.objects.filter(id=row.id).update(artefact=spoilt)

    def kinds(self) -> list[str]:
        """Which deltas were fetched."""
        return [each.path for each in self.server.requests("GET", DELTAS)]


@pytest.fixture
def town(world: World, server: SimulatedServer, device_of: MakeDevice) -> Town:
    return Town(world, server, device_of)


def whole(town: Town) -> int:
    return len(town.server.requests("GET", BLOBS))


def clean(town: Town) -> None:
    """Nothing is left of deltas: no part, no row, and the device has what the server has."""
    assert town.mayor.parts() == []
    assert town.mayor.state() == town.server.state_for(town.world.mayor)
    rows = town.mayor.connection.execute("SELECT count(*) FROM blobs WHERE state = 'partial'")
    assert rows.fetchone()[0] == 0


def test_a_correction_costs_what_was_corrected(town: Town) -> None:
    town.publish(FIRST)
    town.correct(SECOND)
    report = town.mayor.sync()
    assert (report.code, report.received_files, report.fallback_whole) == ("", 1, 0)
    assert SECOND in town.mayor.files().values()
    assert whole(town) == 0
    assert report.received_bytes < len(SECOND) * 0.05
    assert report.saved_bytes == len(SECOND) - report.received_bytes
    assert len(town.server.requests("POST", SEARCH)) == 1
    assert town.mayor.synced().received_files == 0
    clean(town)


def test_nothing_is_asked_where_nothing_held_helps(town: Town) -> None:
    town.publish(FIRST)
    assert town.mayor.sync().code == ""
    assert town.server.requests("POST", SEARCH) == []


def test_files_without_a_base_come_beside_those_with_one(town: Town) -> None:
    other = revisions.scan(1, 9)
    town.publish(FIRST)
    assert town.sent is not None
    town.sent = dataclasses.replace(town.sent, documents=(*town.sent.documents,))
    new = document(version(other))
    town.agent.publish(dossier(town.world.council, new), other)
    town.correct(SECOND)
    report = town.mayor.sync()
    assert (report.received_files, whole(town)) == (2, 1)
    assert {SECOND, other} <= set(town.mayor.files().values())
    clean(town)


def test_the_same_paper_of_another_assembly_is_a_base(town: Town, device_of: MakeDevice) -> None:
    """The mayor sits in the council and in the agglomeration's: stamped, it is the same report."""
    town.publish(FIRST)
    other = device_of(town.world.other_agent)
    stamped = revisions.stamped(FIRST)
    paper = dataclasses.replace(document(version(stamped)), title="02 - RAPPORT")
    other.publish(dossier(town.world.community, paper), stamped)
    other.synced()
    worker.run_waiting()
    assert {row.new_id for row in DeltaPair.objects.all()} == {sha256(stamped)}
    report = town.mayor.sync()
    assert (report.received_files, whole(town)) == (1, 0)
    assert stamped in town.mayor.files().values()
    outsider = device_of(town.world.outsider)
    assert outsider.synced().fallback_whole == 0
    assert list(outsider.files().values()) == [stamped]


# Deltas that are being computed


def test_a_delta_that_is_being_computed_is_waited_for_while_others_come(town: Town) -> None:
    town.publish(FIRST)
    other = revisions.scan(1, 9)
    town.agent.publish(dossier(town.world.council, document(version(other))), other)
    town.correct(SECOND, computed=False)
    order: list[str] = []

    def watch(request: httpx.Request) -> None:
        order.append(request.url.path)
        if request.url.path == SEARCH and order.count(SEARCH) == 2:
            worker.run_waiting()

    town.server.line.on_request = watch
    report = town.mayor.sync()
    town.server.line.on_request = None
    assert (report.code, report.received_files, report.fallback_whole) == ("", 2, 0)
    assert order.index(BLOBS + sha256(other)) < order.index(SEARCH, order.index(SEARCH) + 1)
    assert len(town.mayor.waits) == 1
    assert BLOBS + sha256(SECOND) not in order


def test_the_wait_is_bounded_and_no_failure(town: Town) -> None:
    town.publish(FIRST)
    town.correct(SECOND, computed=False)
    report = town.mayor.sync()
    assert (report.code, report.received_files, report.fallback_whole) == ("", 1, 0)
    assert 0 < sum(town.mayor.waits) <= ladder.ASKS * ladder.LONGEST_WAIT
    assert whole(town) == 1
    clean(town)


def test_what_the_person_is_opening_is_not_made_to_wait(town: Town) -> None:
    town.publish(FIRST)
    town.correct(SECOND, computed=False)
    assert town.sent is not None
    town.server.fault("offline", path=BLOBS, times=99)
    assert town.mayor.sync().code
    town.server.heal()
    town.mayor.waits.clear()
    reading = town.mayor.session.reading
    with pytest.raises(Exception, match="not_here"):
        reading.open_document(town.sent.documents[0].document_id)
    assert town.mayor.sync().code == ""
    assert town.mayor.waits == []
    reading.open_document(town.sent.documents[0].document_id)
    assert town.mayor.session.context.awaited == set()


# The ladder


def deltas_fetched(town: Town) -> int:
    return len(town.server.requests("GET", DELTAS))


def flip(data: bytes) -> bytes:
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def wrong_literals(data: bytes) -> bytes:
    """Another delta, whole in itself: it makes a file of that size that is not the one."""
    from sync.delta import recipe

    assert data
    made = recipe.make(FIRST, SECOND.replace(b"endobj", b"endobk", 1))
    assert made is not None
    return made


@pytest.mark.parametrize("change", [flip, wrong_literals, lambda _: b"nonsense"])
def test_a_bad_delta_falls_down_the_ladder_and_is_counted(
    town: Town, change: Callable[[bytes], bytes]
) -> None:
    """Fault test 18: valid as the server says, wrong in itself."""
    town.publish(FIRST)
    town.correct(SECOND)
    rungs = len({row.kind for row in Delta.objects.all()})
    town.spoil(change=change)
    report = town.mayor.sync()
    assert (report.code, report.received_files, report.fallback_whole) == ("", 1, 1)
    assert report.delta_failures == deltas_fetched(town) <= rungs
    assert whole(town) == 1
    assert SECOND in town.mayor.files().values()
    clean(town)


def test_a_bad_rung_is_left_for_the_next(town: Town) -> None:
    town.publish(FIRST)
    town.correct(THIRD)
    assert {row.kind for row in Delta.objects.all()} >= {"recipe", "pdf"}
    town.spoil("pdf", change=flip)
    report = town.mayor.sync()
    assert (report.delta_failures, report.fallback_whole, whole(town)) == (1, 0, 0)
    assert report.saved_bytes > 0
    clean(town)


def test_a_delta_that_is_gone_is_no_failure_of_the_exchange(
    town: Town, server: SimulatedServer
) -> None:
    town.publish(FIRST)
    town.correct(SECOND)

    def lose(request: httpx.Request) -> None:
        if request.url.path == SEARCH:
            return
        if request.url.path.startswith(DELTAS):
            Delta.objects.all().delete()

    server.line.on_request = lose
    report = town.mayor.sync()
    server.line.on_request = None
    assert (report.code, report.fallback_whole, whole(town)) == ("", 1, 1)
    clean(town)


@pytest.mark.parametrize("what", ["captive", "garbage", "redirect"])
def test_a_login_page_instead_of_a_delta_is_no_delta(town: Town, what: str) -> None:
    town.publish(FIRST)
    town.correct(SECOND)
    town.server.fault(what, path=DELTAS, times=99)
    assert town.mayor.sync().code == ""
    assert SECOND in town.mayor.files().values()
    clean(town)


def test_a_server_that_knows_no_deltas_gives_the_whole(town: Town) -> None:
    town.publish(FIRST)
    town.correct(SECOND)
    town.server.fault("bare", path=SEARCH, value=404)
    assert town.mayor.sync().code in {"", "client.refused"}
    assert town.mayor.sync().code == ""
    assert SECOND in town.mayor.files().values()


def test_another_deflate_is_offered_no_pdf_delta(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.publish(FIRST)
    town.correct(THIRD)
    from zlib_ng import zlib_ng

    def foreign(content: bytes, setting: flate.Setting) -> bytes:
        made = zlib_ng.compressobj(setting.level, zlib_ng.DEFLATED, 15, setting.memory_level)
        return made.compress(content) + made.flush()

    other = probe.fingerprint(foreign)
    monkeypatch.setattr(probe, "own", lambda: other)
    report = town.mayor.sync()
    assert (report.code, report.fallback_whole, whole(town)) == ("", 0, 0)
    assert deltas_fetched(town) == 1


def test_a_damaged_base_is_given_up_and_the_file_comes_whole(town: Town) -> None:
    town.publish(FIRST)
    town.correct(SECOND)
    path = Path(town.mayor.session.context.blobs.source(sha256(FIRST)).path)
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    report = town.mayor.sync()
    assert (report.code, report.received_files, whole(town)) == ("", 1, 1)
    assert not town.mayor.session.context.blobs.has(sha256(FIRST))
    assert list(town.mayor.files().values()) == [SECOND]


def test_a_hostile_server_cannot_make_two_transfers_meet(town: Town) -> None:
    """An artefact under the digest of a file that is wanted, or of one that is here."""
    town.publish(FIRST, LARGE)
    town.correct(SECOND, LARGER)
    row = Delta.objects.filter(pair__new=sha256(SECOND)).first()
    assert row is not None
    for artefact in (sha256(LARGER), sha256(LARGE)):
        Delta.objects.filter(pair__new=sha256(SECOND)).exclude(id=row.id).delete()
        Delta.objects.filter(id=row.id).update(artefact=artefact)
    report = town.mayor.sync()
    assert report.code == ""
    assert {SECOND, LARGER} <= set(town.mayor.files().values())
    clean(town)


# Cuts


@pytest.mark.parametrize("after", [0, 1, 500])
def test_a_cut_delta_goes_on_by_range(town: Town, after: int) -> None:
    town.publish(FIRST)
    town.correct(SECOND)
    town.server.fault("truncated", path=DELTAS + sha256(SECOND), value=after)
    assert town.mayor.sync().code == ""
    first, second = town.server.requests("GET", DELTAS)
    assert first.path == second.path
    assert second.range == (f"bytes={after}-" if after else "")
    assert whole(town) == 0
    clean(town)


def test_a_search_that_is_always_cut_is_done_without(town: Town) -> None:
    town.publish(FIRST)
    town.correct(SECOND)
    town.server.fault("timeout", path=SEARCH, times=99)
    report = town.mayor.sync()
    assert (report.code, report.received_files, whole(town)) == ("", 1, 1)


def test_a_kill_in_the_middle_of_a_recipe_is_taken_up_where_it_stood(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.publish(LARGE)
    town.correct(LARGER)
    Delta.objects.exclude(kind="recipe").delete()
    from boardpack.store.receiving import Receiving

    real, written = Receiving.write, [0]

    def killed(self: Receiving, data: bytes) -> None:
        if self.sha256 == sha256(LARGER):
            written[0] += len(data)
            if written[0] > 5_000_000:
                raise KeyboardInterrupt
        real(self, data)

    monkeypatch.setattr(Receiving, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        town.mayor.sync()
    monkeypatch.undo()
    again: list[int] = []

    def count(self: Receiving, data: bytes) -> None:
        if self.sha256 == sha256(LARGER):
            again.append(len(data))
        real(self, data)

    town.mayor.restart()
    monkeypatch.setattr(Receiving, "write", count)
    report = town.mayor.sync()
    monkeypatch.undo()
    assert (report.code, report.fallback_whole, whole(town)) == ("", 0, 0)
    assert sum(again) < len(LARGER) - 4_000_000, "what was written before is not written again"
    assert LARGER in town.mayor.files().values()
    clean(town)


def test_what_an_interrupted_exchange_left_is_tidied_when_all_is_here(town: Town) -> None:
    town.publish(LARGE)
    town.correct(LARGER)
    town.server.fault("truncated", path=DELTAS + sha256(LARGER), value=10_000)
    town.server.fault("offline", path=DELTAS + sha256(LARGER), times=99)
    assert town.mayor.sync().code == "client.offline"
    assert len(town.mayor.parts()) == 2, "what came of the delta is kept, and the file's beginning"
    Delta.objects.all().delete()
    town.server.heal()
    assert town.mayor.sync().code == ""
    clean(town)


def test_a_disk_that_fills_is_told_and_keeps_what_came(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from boardpack.store import errors

    town.publish(LARGE)
    town.correct(LARGER)
    free = errors.free_bytes
    monkeypatch.setattr(errors, "free_bytes", lambda _: 1_000)
    assert town.mayor.sync().code == "store.disk_full"
    monkeypatch.setattr(errors, "free_bytes", free)
    report = town.mayor.sync()
    assert (report.code, whole(town)) == ("", 0)
    clean(town)


def test_no_oracle_over_the_real_door(town: Town, device_of: MakeDevice) -> None:
    """Somebody who may not read the files gets, for each, what an unknown file gets."""
    town.publish(FIRST)
    town.correct(SECOND)
    outsider = device_of(town.world.outsider)
    wanted = (sha256(SECOND), "0" * 64)
    asked = DeltaSearch(wanted, (sha256(FIRST),), tuple(DeltaKind), probe.own())
    context = outsider.session.synchronizing
    answer = context._transport.search_deltas(encode(asked))
    first, second = (answer.replace(each.encode(), b"x") for each in wanted)
    assert first.count(b'"offers":[]') == second.count(b'"offers":[]') == 2
    assert worlds.person(town.world.outsider).roles.keys() == {town.world.community.id}
    assert Role.SECRETARY_OFFICE not in worlds.person(town.world.outsider).roles.values()
