"""Damaged profiles: a real one, and everything that can happen to its files.

Each `Exhibit` names what it does and what `boardpack doctor` must say of it. `furnish` makes the
profile: enrolled with the real server, dossiers and files received, notes that the server has, and
actions that it has not.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from boardpack.domain import clock, ids
from boardpack.sealing.segments import SEGMENT_SIZE
from boardpack.services.health.findings import Mend
from boardpack.store import blobs, keys, migrating, outbox, own_log
from boardpack.store.connection import open_database
from boardpack.store.database import BALLAST, DATABASE, Store
from boardpack.store.twice import copy_of
from sync.protocol.messages import ConvocationAcknowledged
from tests.helpers import pages
from tests.helpers.devices import SECRET, SimulatedDevice
from tests.helpers.local import sha256
from tests.helpers.world import World, document, dossier, version

NOTES = 25
LARGE = 11_000_000
WAL = f"{DATABASE}-wal"
SHM = f"{DATABASE}-shm"
INDEX = "index.db"


@dataclass
class Subject:
    """A closed profile, before it is harmed.

    Attributes:
        folder: of the profile; `files` are within.
        older: its database as it was before the last actions.
        running: its folder as a kill left it, journal and all.
        other: the folder of another profile.
        files: digest → place of each sealed file in the folder.
        events: identifiers of the actions that wait.
    """

    folder: Path
    key: bytes
    older: Path
    running: Path
    other: Path
    files: dict[str, str]
    events: list[str]

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / DATABASE

    def file(self, content: bytes) -> Path:
        """Where the sealed file of this content is."""
        return self.folder / self.files[sha256(content)]

    def as_killed(self) -> None:
        """Let the profile be as a kill left it: with its journal."""
        for name in (DATABASE, WAL, SHM, own_log.FILE):
            (self.folder / name).unlink(missing_ok=True)
            if (self.running / name).exists():
                shutil.copy(self.running / name, self.folder / name)


@dataclass(frozen=True)
class Exhibit:
    """One kind of damage.

    Attributes:
        name: of the test.
        harm: does it.
        codes: what doctor must find, all of it.
        mend: what a repair can do at most; `person`: the finding stays, with its text.
    """

    name: str
    harm: Callable[[Subject], None]
    codes: frozenset[str]
    mend: Mend = Mend.HERE


# What can happen


def _page(find: Callable[[Subject], int]) -> Callable[[Subject], None]:
    return lambda subject: pages.zero(subject.database, find(subject))


def _leaf(table: str, place: int) -> Callable[[Subject], int]:
    return lambda subject: pages.leaves(subject.database, subject.key, table)[place]


def _root(table: str) -> Callable[[Subject], int]:
    return lambda subject: pages.root(subject.database, subject.key, table)


def _flip(name: str, at: int) -> Callable[[Subject], None]:
    def harm(subject: Subject) -> None:
        path = subject.folder / name
        pages.flip(path, at if at >= 0 else path.stat().st_size + at)

    return harm


def _write(name: str, data: bytes) -> Callable[[Subject], None]:
    return lambda subject: _put(subject.folder / name, data)


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _remove(*names: str) -> Callable[[Subject], None]:
    def harm(subject: Subject) -> None:
        for name in names:
            (subject.folder / name).unlink()

    return harm


def _all(
    one: Callable[[Subject], None], other: Callable[[Subject], None]
) -> Callable[[Subject], None]:
    def harm(subject: Subject) -> None:
        one(subject)
        other(subject)

    return harm


def _of_other(name: str) -> Callable[[Subject], None]:
    def harm(subject: Subject) -> None:
        shutil.copy(subject.other / name, subject.folder / name)

    return harm


def _older_copy(subject: Subject) -> None:
    shutil.copy(subject.older, subject.database)


def _cut_database(count: int) -> Callable[[Subject], None]:
    return lambda subject: pages.cut(subject.database, count)


def _killed(harm: Callable[[Subject], None]) -> Callable[[Subject], None]:
    def killed_and_harmed(subject: Subject) -> None:
        subject.as_killed()
        harm(subject)

    return killed_and_harmed


def _cut_journal(subject: Subject) -> None:
    pages.cut(subject.folder / WAL, 5000)


def _flip_journal(subject: Subject) -> None:
    pages.flip(subject.folder / WAL, (subject.folder / WAL).stat().st_size // 2)


def _zero_journal_header(subject: Subject) -> None:
    with (subject.folder / WAL).open("r+b") as file:
        file.write(bytes(32))


def _foreign_journal(subject: Subject) -> None:
    shutil.copy(subject.other / f"running-{WAL}", subject.folder / WAL)


def _outbox_and_log(subject: Subject) -> None:
    pages.zero(subject.database, _leaf("outbox", 0)(subject))
    _flip(own_log.FILE, -20)(subject)


def _swap_segments(subject: Subject) -> None:
    path, step = subject.file(contents()[0]), SEGMENT_SIZE + 16
    data = bytearray(path.read_bytes())
    first, second = data[32 : 32 + step], data[32 + step : 32 + 2 * step]
    data[32 : 32 + step], data[32 + step : 32 + 2 * step] = second, first
    path.write_bytes(data)


def _exchange(subject: Subject) -> None:
    one, other = subject.file(contents()[1]), subject.file(contents()[2])
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def _file(harm: Callable[[Path], object], which: int = 1) -> Callable[[Subject], None]:
    def harm_file(subject: Subject) -> None:
        harm(subject.file(contents()[which]))

    return harm_file


def _beside(name: str) -> Callable[[Subject], None]:
    def harm(subject: Subject) -> None:
        folder = subject.folder / blobs.FOLDER / "ab"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(os.urandom(5000))

    return harm


def _statement(*statements: str) -> Callable[[Subject], None]:
    """Do to the database what no boardpack does."""

    def harm(subject: Subject) -> None:
        connection = open_database(subject.database, subject.key)
        connection.execute("PRAGMA foreign_keys = OFF")
        for each in statements:
            connection.execute(each)
        connection.close()

    return harm


def _only(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_UNREADABLE, _DAMAGED = _only("store.unreadable"), _only("store.damaged")
_CUT = _only("doctor.journal_cut", "doctor.actions_missing")
_NEWER = max(migrating.steps()) + 1

GALLERY = (
    # The database
    Exhibit("first page zeroed", _page(lambda _: 1), _UNREADABLE),
    Exhibit("first page flipped", _flip(DATABASE, 200), _UNREADABLE),
    Exhibit("salt flipped", _flip(DATABASE, 5), _UNREADABLE),
    Exhibit("schema zeroed", _page(lambda s: pages.schema(s.database, s.key)[0]), _DAMAGED),
    Exhibit("first leaf of the outbox zeroed", _page(_leaf("outbox", 0)), _DAMAGED),
    Exhibit("last leaf of the outbox zeroed", _page(_leaf("outbox", -1)), _DAMAGED),
    Exhibit("root of the outbox zeroed", _page(_root("outbox")), _DAMAGED),
    Exhibit("leaf of the notes zeroed", _page(_leaf("notes", 3)), _DAMAGED),
    Exhibit("account zeroed", _page(_root("meta")), _DAMAGED),
    Exhibit("keys of files zeroed", _page(_root("blobs")), _DAMAGED),
    Exhibit("free page zeroed", _page(lambda s: pages.free(s.database, s.key)), _DAMAGED),
    Exhibit("database cut by pages", _cut_database(5 * pages.SIZE), _DAMAGED),
    Exhibit("database cut in a page", _cut_database(3 * pages.SIZE + 700), _DAMAGED),
    Exhibit("database empty", _write(DATABASE, b""), _UNREADABLE),
    Exhibit("database gone", _remove(DATABASE), _only("store.missing")),
    Exhibit("database all noise", _write(DATABASE, os.urandom(300_000)), _UNREADABLE),
    Exhibit("older copy of the database", _older_copy, _only("doctor.actions_missing")),
    Exhibit("database of another profile", _of_other(DATABASE), _UNREADABLE),
    # Its journal, after a kill
    Exhibit("journal header zeroed", _killed(_zero_journal_header), _CUT),
    Exhibit("journal cut", _killed(_cut_journal), _CUT),
    Exhibit("journal flipped", _killed(_flip_journal), _CUT),
    Exhibit("journal gone", _killed(_remove(WAL)), _only("doctor.actions_missing")),
    Exhibit("journal of another", _killed(_foreign_journal), _only("doctor.journal_foreign")),
    Exhibit("shared memory noise", _killed(_write(SHM, os.urandom(32768))), frozenset()),
    # The log of own work
    Exhibit("log flipped", _flip(own_log.FILE, 3000), _only("doctor.log_damaged")),
    Exhibit("log gone", _remove(own_log.FILE), _only("doctor.log_gone")),
    Exhibit("log of another profile", _of_other(own_log.FILE), _only("doctor.log_gone")),
    Exhibit("outbox and log", _outbox_and_log, _only("store.damaged", "doctor.log_damaged")),
    # Profile and key
    Exhibit("profile gone", _remove(keys.PROFILE), _only("doctor.profile_file")),
    Exhibit("profile garbage", _write(keys.PROFILE, b"{"), _only("doctor.profile_file")),
    Exhibit(
        "profile and copy garbage",
        _all(_write(keys.PROFILE, b"{"), _write(copy_of(keys.PROFILE), b"")),
        _only("store.keyring_lost"),
        Mend.PERSON,
    ),
    Exhibit("key flipped", _flip(keys.SEALED, 60), _only("doctor.key_file")),
    Exhibit("key gone", _remove(keys.SEALED), _only("doctor.key_file")),
    Exhibit("key of another profile", _of_other(keys.SEALED), _only("doctor.key_file")),
    Exhibit("copy of the key gone", _remove(copy_of(keys.SEALED)), _only("doctor.key_file")),
    Exhibit(
        "key and copy gone",
        _remove(keys.SEALED, copy_of(keys.SEALED)),
        _only("store.keyring_lost"),
        Mend.PERSON,
    ),
    Exhibit(
        "key and copy flipped",
        _all(_flip(keys.SEALED, 60), _flip(copy_of(keys.SEALED), 60)),
        _only("store.keyring_lost"),
        Mend.PERSON,
    ),
    # Files of documents
    Exhibit(
        "bit at 10 MB",
        _file(lambda path: pages.flip(path, 10_000_000), 0),
        _only("doctor.file_damaged"),
        Mend.SERVER,
    ),
    Exhibit("segments swapped", _swap_segments, _only("doctor.file_damaged"), Mend.SERVER),
    Exhibit("files exchanged", _exchange, _only("doctor.files_exchanged")),
    Exhibit(
        "file cut",
        _file(lambda path: pages.cut(path, 1000)),
        _only("doctor.file_damaged"),
        Mend.SERVER,
    ),
    Exhibit(
        "file empty",
        _file(lambda path: path.write_bytes(b"")),
        _only("doctor.file_damaged"),
        Mend.SERVER,
    ),
    Exhibit("file gone", _file(Path.unlink), _only("doctor.file_missing"), Mend.SERVER),
    Exhibit(
        "all files gone",
        lambda s: shutil.rmtree(s.folder / blobs.FOLDER),
        _only("doctor.file_missing"),
        Mend.SERVER,
    ),
    Exhibit("part left", _beside("ab" * 32 + ".part"), _only("doctor.part_left")),
    Exhibit("unknown sealed file", _beside("ab" * 32), _only("doctor.file_unknown")),
    Exhibit("foreign file", _beside("Thumbs.db"), _only("doctor.file_foreign"), Mend.PERSON),
    # What stands beside
    Exhibit("ballast gone", _remove(BALLAST), _only("doctor.ballast")),
    Exhibit("index garbage", _write(INDEX, os.urandom(40_000)), _only("doctor.index")),
    Exhibit(
        "migration cut off",
        _write(f"{DATABASE}{migrating.COPY}", b"half"),
        _only("doctor.leftover"),
    ),
    Exhibit("repair cut off", _write(f"{DATABASE}.repaired", b"half"), _only("doctor.leftover")),
    Exhibit(
        "newer store",
        _statement(f"PRAGMA user_version = {_NEWER}"),
        _only("store.newer"),
        Mend.PERSON,
    ),
    # What the database says
    Exhibit(
        "account gone",
        _statement("DELETE FROM meta WHERE name = 'enrolled'"),
        _only("doctor.account_missing"),
    ),
    Exhibit(
        "feeds below zero",
        _statement("UPDATE cursor SET seq = -5"),
        _only("doctor.cursor"),
        Mend.SERVER,
    ),
    Exhibit(
        "dossier gone under its documents",
        _statement("DELETE FROM dossiers"),
        _only("doctor.references"),
        Mend.SERVER,
    ),
)


# The profile


def contents() -> tuple[bytes, ...]:
    """Return the files of the dossier: a large one and three small ones."""
    chance = random.Random(9)
    return (chance.randbytes(LARGE), *(chance.randbytes(600_000 + each) for each in range(3)))


def furnish(agent: SimulatedDevice, mayor: SimulatedDevice, world: World, scratch: Path) -> Subject:
    """Fill the mayor's profile, copy what the harms need, close it."""
    papers = contents()
    sitting = dossier(world.council, *(document(version(each)) for each in papers))
    agent.publish(sitting, *papers)
    agent.synced()
    mayor.synced()
    for number in range(NOTES):
        mayor.write_note(sitting, f"Note envoyée {number} " + "x" * 700)
    mayor.synced()
    for number in range(NOTES):
        mayor.write_note(sitting, f"Note en attente {number} " + "x" * 700)
    event = ConvocationAcknowledged(
        ids.new_id(), clock.now(), sitting.sitting_id, 1, sitting.manifest_sha256()
    )
    mayor.act(event, subject_id=sitting.sitting_id, sitting_id=sitting.sitting_id)
    _leave_free_pages(mayor.store)
    older = _copy_database(mayor.store, scratch / "older.db")
    for number in range(5):
        mayor.write_note(sitting, f"Dernière note {number} " + "x" * 700)
    running = scratch / "running"
    running.mkdir()
    for name in (DATABASE, WAL, SHM, own_log.FILE):
        shutil.copy(mayor.folder / name, running / name)
    found = mayor.session.context.blobs
    files = {
        sha256(each): str(found.source(sha256(each)).path.relative_to(mayor.folder))
        for each in papers
    }
    events = [row.event_id for row in outbox.waiting(mayor.connection, 9999, 10**9)]
    mayor.program.lock()
    profile = keys.read_profile(mayor.folder)
    assert profile is not None
    key = keys.unlock(mayor.folder, profile, SECRET)
    return Subject(mayor.folder, key, older, running, _other(scratch), files, events)


def _leave_free_pages(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute("CREATE TABLE passing (a BLOB)")
        connection.execute("INSERT INTO passing VALUES (?)", (os.urandom(90_000),))
        connection.execute("DROP TABLE passing")


def _copy_database(store: Store, target: Path) -> Path:
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copy(store.folder / DATABASE, target)
    return target


def _other(scratch: Path) -> Path:
    """Make another profile of the same passphrase."""
    folder = scratch / "other"
    folder.mkdir()
    profile, key = keys.create(folder, SECRET)
    keys.save_profile(folder, profile)
    store = Store.create(folder, key)
    with store.transaction() as connection:
        connection.execute("INSERT INTO meta VALUES ('word', x'00')")
    shutil.copy(folder / WAL, folder / f"running-{WAL}")
    store.close()
    return folder
