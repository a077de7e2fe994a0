"""Fault test 14: a server put back from a backup, with and without the word that it was.

Real server process, the copy and the restore of `docs/operations.md`, real sockets, the real
program and command line. Each test runs again with its protection switched off, and must fail.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from boardpack.bootstrap import open_program
from boardpack.services.program import Session
from boardpack.services.server_history import Agreement
from boardpack.services.synchronize import SyncReport
from tests.faults import mutations
from tests.faults.conftest import Mutation, once, whole
from tests.faults.proving import both, proves
from tests.helpers.busy import note_on
from tests.helpers.documents import text_pdf
from tests.helpers.faulty_proxy import FaultyProxy
from tests.helpers.town import SECRET, Town, email, exchange, publish
from tests.story.programs import Person

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

DATABASE = "boardpack.sqlite3"
BLOBS = "/api/v1/blobs/"
EXCHANGE = "/api/v1/exchange"
NAMES = ("councillor", "agent")


@dataclass
class Past:
    """What happened until the restore.

    Attributes:
        backup: the database of before.
        devices: profiles of after, to be copied.
        before: events that the backup knows.
        lost: events that the server accepted after it.
    """

    town: Town
    proxy: FaultyProxy
    backup: Path
    devices: Path
    sitting_id: str
    before: frozenset[str]
    lost: frozenset[str]

    def restore(self) -> None:
        """Put the database back; files that came since stay, as `rsync` leaves them."""
        server = self.town.server
        server.stop()
        for each in server.data.glob(f"{DATABASE}-*"):
            each.unlink()
        shutil.copy(self.backup, server.data / DATABASE)
        server.start()
        server.url = self.proxy.url
        self.proxy.heal()

    def applied(self) -> frozenset[str]:
        """Return the events that the server applied."""
        return applied(self.town.server.data / DATABASE)

    def count(self, table: str) -> int:
        """Return how many rows a table of the server has."""
        with closing(sqlite3.connect(self.town.server.data / DATABASE)) as database:
            question = f"SELECT count(*) FROM boardpack_server_{table}"  # noqa: S608 ours
            return int(database.execute(question).fetchone()[0])


def applied(database: Path) -> frozenset[str]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT event_id FROM boardpack_server_appliedevent WHERE accepted"
        )
        return frozenset(row[0].replace("-", "") for row in rows)


@pytest.fixture(scope="module")
def past(town: tuple[Town, FaultyProxy], tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A dossier sent, received, acknowledged and annotated after the backup was taken."""
    made, proxy = town
    folder = tmp_path_factory.mktemp("past")
    reader, councillor = made.enrol("councillor")
    writer, office = made.unlock("agent")
    exchange(office)
    backup = folder / DATABASE
    with (
        closing(sqlite3.connect(made.server.data / DATABASE)) as source,
        closing(sqlite3.connect(backup)) as target,
    ):
        source.backup(target)
    push = folder / "push"
    push.mkdir()
    (push / "00 - Convocation.pdf").write_bytes(text_pdf("Convocation"))
    (push / "01 - Budget.pdf").write_bytes(text_pdf("Budget"))
    sitting_id = publish(office, push)
    exchange(councillor)
    councillor.reading.acknowledge(sitting_id)
    councillor.notes.save(note_on(councillor, "À vérifier"))
    for session in (councillor, office, councillor):
        exchange(session)
    reader.lock()
    writer.lock()
    devices = folder / "devices"
    for name in NAMES:
        shutil.copytree(made.profile(name), devices / name)
    before = applied(backup)
    lost = applied(made.server.data / DATABASE) - before
    return Past(made, proxy, backup, devices, sitting_id, before, lost)


@contextmanager
def opened(profiles: Path) -> Iterator[list[Session]]:
    """Open the devices: the councillor's, then the secretariat's."""
    programs = [open_program(profiles / name) for name in NAMES]
    try:
        yield [program.unlock(SECRET) for program in programs]
    finally:
        for program in programs:
            program.lock()


@pytest.fixture
def profiles(past: Past, tmp_path: Path) -> Path:
    """The devices as they were after all that."""
    return shutil.copytree(past.devices, tmp_path / "devices")


def agreement(session: Session) -> Agreement:
    return session.synchronizing.state().history.agreement


def in_order(report: SyncReport) -> None:
    assert (report.code, report.rejected) == ("", 0)


def keeps_everything(session: Session) -> None:
    """The dossier is here with each file, and nothing is in doubt."""
    whole(session)
    assert session.synchronizing.doubts() == ()


def councillors_own(past: Past, session: Session) -> None:
    """So is what the councillor did with it."""
    sitting = session.reading.sitting(past.sitting_id)
    assert sitting.row.acknowledged_at is not None
    assert [each.note.text for each in session.notes.mine()] == ["À vérifier"]


@both(mutations.nothing_is_sent_again, mutations.a_new_epoch_begins_from_nothing)
def test_14_a_restored_server_gets_back_what_it_lost(
    past: Past, profiles: Path, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    def scenario() -> None:
        past.restore()
        past.town.server.command("restored")
        past.proxy.fault("lost answer", path=EXCHANGE, skip=2, times=2)
        with opened(profiles) as devices:
            # The member comes first: the sitting that they acknowledged is not there yet.
            for session in (*devices, *devices, *devices):
                in_order(once(session))
            for session in devices:
                assert agreement(session) is Agreement.RECONCILED
                keeps_everything(session)
            councillors_own(past, devices[0])
            again = sum(each.synchronizing.state().history.sent_again for each in devices)
        assert [each.times for each in past.proxy.line.faults] == [0], "answers were lost"
        assert past.proxy.requests("GET", BLOBS) == []
        assert past.applied() - past.before == past.lost
        assert again == len(past.lost)
        assert (past.count("sitting"), past.count("sealednote")) == (1, 1)
        assert past.count("receipt WHERE kind = 'acknowledged'") == 1

    proves(mutation, monkeypatch, scenario)


@both(mutations.no_history)
def test_14_a_server_that_went_back_in_silence_changes_nothing(
    past: Past, profiles: Path, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    def scenario() -> None:
        past.restore()
        with opened(profiles) as devices:
            for session in devices:
                report = once(session)
                assert report.code == "sync.server_behind"
                assert report.error is not None
                assert report.error.exit_code == 3
                assert agreement(session) is Agreement.BEHIND
                keeps_everything(session)
            councillors_own(past, devices[0])
        assert past.applied() == past.before

    proves(mutation, monkeypatch, scenario)
    if mutation is None:
        said_by_the_commands(past, profiles)


def said_by_the_commands(past: Past, profiles: Path) -> None:
    """What people and IT read, the exit codes, and how it ends."""
    person = Person("councillor", email("councillor"), profiles / "councillor", SECRET)
    assert person.unlocked("sync", expect=3).failure == "sync.server_behind"
    assert person.unlocked("status").data["sync"]["history"]["agreement"] == "behind"
    assert person.unlocked("doctor").code == 0
    server = past.town.server
    assert any("restored" in each for each in server.command("check", expect=3)["problems"])
    server.command("restored")
    assert person.unlocked("sync").data["report"]["code"] == ""
    assert server.command("check", "--deep")["problems"] == []
