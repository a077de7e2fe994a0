"""A dossier sent ahead: ciphertext on every device, opened by the server's word alone."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from boardpack.cli.main import run
from boardpack.domain import clock
from boardpack.domain.dossier import DocumentKind
from boardpack.sealing.packs import PackReader
from boardpack.services.errors import AlreadyToldError
from sync.server.actions.do_forget_packs import do_forget_packs
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.jobs import worker
from sync.server.models import Blob, Change, Mandate, SealedPack
from tests.helpers import world as worlds
from tests.helpers.devices import SECRET

BLOBS = "/api/v1/blobs/"
MARK = b"LE-BUDGET-SECRET"
SUMMONS, REPORT = b"%PDF convocation " + MARK, b"%PDF report " + MARK + os.urandom(700_000)
TITLE = "Conseil extraordinaire secret"
LATER = timedelta(hours=6)


def documents(*contents: bytes):
    kinds = (DocumentKind.CONVOCATION, DocumentKind.REPORT, DocumentKind.ANNEX)
    return tuple(
        replace(worlds.document(worlds.version(each)), kind=kind, title=f"{TITLE} {kind}")
        for each, kind in zip(contents, kinds, strict=False)
    )


@pytest.fixture
def instant():
    return clock.now() + LATER


@pytest.fixture
def agent(world, device_of):
    device = device_of(world.agent)
    device.synced()
    return device


@pytest.fixture
def sent(world, agent, instant):
    """A dossier of two files that members are told of in six hours, and that was sent ahead."""
    dossier = replace(
        worlds.dossier(world.council),
        title=TITLE,
        items=(),
        documents=documents(SUMMONS, REPORT),
        not_before=instant,
    )
    agent.publish(dossier, SUMMONS, REPORT)
    agent.synced()
    worker.run_waiting()
    return dossier


@pytest.fixture
def member(world, device_of, sent):
    """A councillor's device that fetched what was sent ahead."""
    device = device_of(world.councillor)
    device.synced()
    return device


@pytest.fixture
def tell(instant, monkeypatch):
    def go() -> None:
        monkeypatch.setattr(clock, "now", lambda: instant + timedelta(seconds=1))
        worker.run_waiting()

    return go


def everything_in(device) -> bytes:
    """Return all that the device's database holds, as it stands there opened."""
    tables = device.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    rows = [
        tuple(row)
        for (table,) in [tuple(each) for each in tables.fetchall()]
        for row in device.connection.execute(f"SELECT * FROM {table}")  # noqa: S608 ours
    ]
    return repr(rows).encode()


def has_all(device, *contents: bytes) -> bool:
    return set(contents) <= set(device.files().values())


def fetched(server) -> int:
    return len(server.requests("GET", BLOBS))


def test_until_then_a_device_holds_ciphertext_and_no_key(member, sent, server) -> None:
    (pack,) = member.files().values()
    assert len(pack) > len(SUMMONS) + len(REPORT)
    assert MARK not in pack
    held = everything_in(member)
    for each in (TITLE, MARK.decode(), sent.digests()[0], sent.digests()[1], "%PDF"):
        assert each.encode() not in held
    assert [bytes(row["key"]) for row in member.connection.execute("SELECT * FROM sealed_packs")]
    assert not any(row["key"] for row in member.connection.execute("SELECT * FROM sealed_packs"))
    assert member.session.reading.sittings() == ()
    assert member.session.searching.search("budget secret").hits == ()
    (kept,) = SealedPack.objects.all()
    told = b"".join(bytes(each.body or b"") for each in Change.objects.all())
    assert bytes(kept.key) not in told
    assert not any(SUMMONS in path.read_bytes() for path in member.folder.rglob("*.db*"))


def test_at_the_instant_it_opens_without_a_byte_of_files(member, sent, server, tell) -> None:
    tell()
    server.fault("offline", path=BLOBS, times=99)
    before = fetched(server)
    report = member.sync()
    assert (report.code, report.received_bytes, report.received_files) == ("", 0, 2)
    assert fetched(server) == before
    assert has_all(member, SUMMONS, REPORT)
    # The receipt is of the opening; the ciphertext is not kept any longer.
    assert len(member.files()) == 2
    receipts = member.state()["receipt"].values()
    assert [each.recorded_at >= sent.not_before for each in receipts] == [True]
    assert member.session.reading.sittings()[0].missing_bytes == 0


def test_a_pause_keeps_nothing_closed_that_is_here(member, sent, server, tell) -> None:
    member.session.steering.pause()
    before = fetched(server)
    tell()
    assert member.sync().held_files == 0
    assert fetched(server) == before
    assert has_all(member, SUMMONS, REPORT)


def test_a_device_that_was_off_gets_the_files(world, device_of, sent, tell) -> None:
    tell()
    device = device_of(world.mayor)
    device.synced()
    assert has_all(device, SUMMONS, REPORT)
    assert len(device.files()) == 2


@pytest.mark.parametrize("what", ["key", "another key"])
def test_a_key_that_opens_nothing_costs_a_fetch(member, sent, server, tell, what) -> None:
    pack = SealedPack.objects.get()
    pack.key = os.urandom(32) if what == "key" else b"short"
    pack.save()
    tell()
    report = member.sync()
    assert report.code == ""
    assert has_all(member, SUMMONS, REPORT)
    assert len(member.files()) == 2


def test_a_pack_that_is_damaged_here_costs_a_fetch(member, sent, server, tell) -> None:
    tell()
    (path,) = (each for each in (member.folder / "blobs").glob("*/*") if each.is_file())
    data = bytearray(path.read_bytes())
    data[600_000] ^= 1
    path.write_bytes(data)
    report = member.sync()
    assert report.code == ""
    assert has_all(member, SUMMONS, REPORT)


class KilledError(BaseException):
    """Nothing after this line runs."""


@pytest.mark.parametrize("after", [0, 1, 2])
def test_killed_while_it_opens_it_goes_on(member, sent, server, tell, monkeypatch, after) -> None:
    tell()
    pieces, left = PackReader.pieces, [after]

    def killed(self, sha256, start=0) -> Iterator[bytes]:
        for piece in pieces(self, sha256, start):
            if not left[0]:
                raise KilledError
            left[0] -= 1
            yield piece

    before = fetched(server)
    with monkeypatch.context() as patch:
        patch.setattr(PackReader, "pieces", killed)
        with pytest.raises(KilledError):
            member.sync()
    member.restart()
    assert not member.sync().code
    assert has_all(member, SUMMONS, REPORT)
    assert fetched(server) == before


def test_a_correction_before_costs_what_is_new(agent, member, sent, server, tell) -> None:
    more = b"%PDF annex " + os.urandom(50_000)
    third = documents(b"", b"", more)[2]
    second = replace(
        sent, revision=2, title="Corrigé", documents=(*sent.documents, replace(third, position=2))
    )
    agent.publish(second, more)
    agent.synced()
    worker.run_waiting()
    assert SealedPack.objects.count() == 2
    report = member.sync()
    assert len(more) < report.received_bytes < len(REPORT) / 2
    before = fetched(server)
    tell()
    member.sync()
    assert has_all(member, SUMMONS, REPORT, more)
    assert fetched(server) == before
    assert member.session.reading.sittings()[0].title == "Corrigé"


@pytest.mark.parametrize("days", [1, 3650])
def test_a_clock_that_runs_ahead_opens_nothing(member, sent, monkeypatch, days) -> None:
    """The key is not there: no clock brings it."""
    now = clock.now() + timedelta(days=days)
    monkeypatch.setattr("boardpack.services.library.clock.now", lambda: now)
    assert member.session.reading.sittings() == ()
    assert not any(row["key"] for row in member.connection.execute("SELECT * FROM sealed_packs"))


def test_who_leaves_before_keeps_nothing(world, member, sent) -> None:
    for row in Mandate.objects.filter(official=world.councillor):
        row.ends = clock.now().date() - timedelta(days=1)
        row.immediate = True
        do_save_mandate(worlds.IT, row)
    member.sync()
    assert member.files() == {}
    assert not member.connection.execute("SELECT * FROM sealed_dossiers").fetchall()


def test_what_was_sent_ahead_is_forgotten_later(member, sent, tell) -> None:
    do_forget_packs(worlds.IT, sent.sitting_id)
    assert SealedPack.objects.count() == 1
    tell()
    do_forget_packs(worlds.IT, sent.sitting_id)
    assert SealedPack.objects.count() == 0
    assert Blob.objects.count() == 3
    member.sync()
    member.sync()
    assert has_all(member, SUMMONS, REPORT)
    assert "sealed_dossier" not in member.state()


def test_called_back_nothing_of_it_is_left_on_a_device(agent, member, sent) -> None:
    agent.session.publishing.call_back(sent.sitting_id)
    agent.synced()
    member.synced()
    assert member.files() == {}
    assert "sealed_dossier" not in member.state()
    assert agent.session.reading.sittings()[0].called_back
    agent.session.publishing.tell_now(sent.sitting_id)
    agent.synced()
    member.synced()
    assert has_all(member, SUMMONS, REPORT)
    with pytest.raises(AlreadyToldError):
        agent.session.publishing.call_back(sent.sitting_id)


def test_told_now_it_opens_before_its_instant(agent, member, sent, server) -> None:
    agent.session.publishing.tell_now(sent.sitting_id)
    agent.synced()
    before = fetched(server)
    member.synced()
    assert has_all(member, SUMMONS, REPORT)
    assert fetched(server) == before
    assert not member.session.reading.sittings()[0].called_back


@pytest.mark.parametrize(("option", "told"), [("--tell-now", True), ("--call-back", False)])
def test_the_command_line_says_it_too(agent, sent, member, monkeypatch, option, told) -> None:
    agent.program.lock()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    words = ["show", sent.sitting_id, option, "--profile", str(agent.folder), "--unlock-from", "-"]
    assert run(words) == 0
    agent.restart()
    agent.synced()
    member.synced()
    assert has_all(member, SUMMONS, REPORT) is told
    assert bool(member.session.reading.sittings()) is told
