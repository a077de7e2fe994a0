"""The recovery drill (acceptance 7), with the server and device B in processes of their own.

Device A writes 500 notes offline, exchanges and is destroyed; device B enrols with a new code and
the words: every note and reading place is there, A's key opens nothing any more, and nothing of
all that was ever readable on the server.
"""

from __future__ import annotations

import base64
import contextlib
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from boardpack.annotation.note import Anchor, Box, Note, NoteKind, Quad
from boardpack.bootstrap import open_program
from boardpack.domain import clock, ids
from boardpack.domain.records import SealedIdentity
from boardpack.domain.refusals import DeviceRetiredError
from boardpack.sealing import recovery as sealing, words
from boardpack.sealing.errors import WrongWordsError
from boardpack.services.program import Session
from boardpack.store import meta, recovery
from boardpack.store.meta import Enrolled
from sync.client.http_transport import HttpTransport
from sync.protocol.codec import decode_reply, encode, record_of
from sync.protocol.messages import PROTOCOL, ExchangeRequest
from tests.helpers import documents, leaks
from tests.helpers.town import SECRET, Town, email, exchange, publish
from tests.story.programs import Person

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
NOTES = 500
#: Found nowhere by chance.
MARK = "zygomatique confidentiel"


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with Town(tmp_path_factory.mktemp("town")) as made:
        yield made


@dataclass(frozen=True)
class Lost:
    """What somebody may have of device A after it is gone, and what was on it."""

    account: Enrolled
    paper: str
    entropy: bytes
    wrap: bytes
    notes: dict[str, str]
    places: dict[str, int]


def test_a_destroyed_device_costs_no_note_and_opens_nothing(town: Town, tmp_path: Path) -> None:
    lost = first_life(town, tmp_path)
    second = Person("councillor", email("councillor"), tmp_path / "second", SECRET)
    code = town.server.command("enrol", email("councillor"))["code"]
    sources = ("--code-from", "-", "--unlock-from", "-", "--words-from", "-")
    done = second.run(
        *("enrol", town.server.url, *sources, "--replace"), stdin=(code, SECRET, lost.paper)
    )
    # What came before the words were typed was opened then, the rest as it arrives.
    assert (done.data["recovery"], done.data["recovered"]["notes"] > 0) == ("nothing", True)
    second.unlocked("sync")
    listed = second.unlocked("notes").data
    assert {row["note"]["note_id"]: row["note"]["text"] for row in listed} == lost.notes
    assert read_places(second, lost) == lost.places

    # A's key opens nothing any more.
    with pytest.raises(DeviceRetiredError):
        everything(town, lost.account)
    renewed = second.unlocked("recovery", "new").data["words"]
    given = " ".join(renewed)
    proof = ("recovery", "noted", "--unlock-from", "-", "--words-from", "-")
    assert second.run(*proof, stdin=(SECRET, given)).data["noted"]
    second.unlocked("sync")
    account = account_of(second)
    kept = [each for each in everything(town, account) if isinstance(each, SealedIdentity)]
    assert len(kept) == 1
    owner = sealing.Owner(account.official_id, kept[0].recipient)
    with pytest.raises(WrongWordsError):
        sealing.unwrap(kept[0].ciphertext, lost.entropy, owner)
    assert sealing.unwrap(kept[0].ciphertext, words.entropy_of(given, "fr"), owner)

    # The server never saw any of it, and nothing of the former wrap is left on its disk.
    town.server.stop()
    needles = secrets(lost, account, renewed) | binary("former wrap", lost.wrap)
    assert search(needles, server_files(town.server.data, town.server.log)) == set()
    assert search(needles, [second.profile]) == set()


def first_life(town: Town, tmp_path: Path) -> Lost:
    """Publish, enrol A, note the words, write offline, exchange, destroy."""
    agent_program, agent = town.enrol("agent")
    publish(agent, papers(tmp_path / "papers"))
    agent_program.lock()
    program, session = town.enrol("councillor")
    paper = session.recovery.to_note("fr")
    session.recovery.check_noted({3: paper[2], 9: paper[8]}, "fr")
    town.server.stop()
    notes, places = write_offline(session)
    assert session.synchronizing.sync_once(pause=lambda _seconds: None).code == "client.offline"
    town.server.start()
    exchange(session)
    assert session.synchronizing.state().waiting == 0
    connection = session.context.store.connection
    account, state = meta.enrolled(connection), recovery.words(connection)
    assert account is not None
    assert state is not None
    needles = texts(note=MARK, words=" ".join(paper[:3]), identity=account.identity)
    assert search(needles, [town.profile("councillor")]) == set()
    assert search(binary("wrap", state.blob), [town.server.data]), "the server keeps the wrap"
    program.lock()
    shutil.rmtree(town.profile("councillor"))
    text = " ".join(paper)
    return Lost(account, text, words.entropy_of(text, "fr"), state.blob, notes, places)


def papers(folder: Path) -> Path:
    folder.mkdir()
    (folder / "Convocation.pdf").write_bytes(documents.text_pdf("Convocation"))
    for number in range(1, 4):
        pages = [f"Rapport {number}, page {page}" for page in range(6)]
        (folder / f"0{number} - Rapport {number}.pdf").write_bytes(documents.text_pdf(*pages))
    return folder


def write_offline(session: Session) -> tuple[dict[str, str], dict[str, int]]:
    """Write the notes and read three documents; return what was written, where it was read to."""
    (row,) = session.reading.home().next_sittings
    view = session.reading.sitting(row.sitting_id)
    reports = [document for item in view.items for document in item.documents]
    notes = {}
    for number in range(NOTES):
        document = reports[number % len(reports)]
        now = clock.now()
        note = Note(
            note_id=ids.new_id(),
            document_id=document.document_id,
            version_sha256=document.versions[0].sha256,
            sitting_id=row.sitting_id,
            kind=NoteKind.NOTE,
            author_id=session.me.official_id,
            created=now,
            modified=now,
            colour="yellow",
            width=0.0,
            anchor=Anchor(number % 6, "", (Quad.from_box(Box(50, 600, 60, 610)),)),
            text=f"{MARK} {number}",
        )
        session.notes.save(note)
        notes[note.note_id] = note.text
    places = {}
    for page, document in enumerate(reports, 2):
        sha256 = document.versions[0].sha256
        session.reading.note_position(document.document_id, sha256, page=page, top=120.5, zoom=1.25)
        session.reading.leave_document(document.document_id)
        places[document.document_id] = page
    return notes, places


@contextmanager
def opened(person: Person) -> Iterator[Session]:
    """Open somebody's profile in this process."""
    program = open_program(person.profile)
    try:
        yield program.unlock(person.secret)
    finally:
        program.lock()


def read_places(person: Person, lost: Lost) -> dict[str, int]:
    """Return where the reader would open each document."""
    with opened(person) as session:
        found = {
            document_id: session.reading.open_document(document_id).position
            for document_id in lost.places
        }
    assert all(each and (each.top, each.zoom) == (120.5, 1.25) for each in found.values())
    return {document_id: each.page for document_id, each in found.items() if each}


def account_of(person: Person) -> Enrolled:
    with opened(person) as session:
        account = meta.enrolled(session.context.store.connection)
    assert account is not None
    return account


def everything(town: Town, account: Enrolled) -> list[object]:
    """Return every record that the server gives to whoever has this account's device key."""
    transport = HttpTransport(town.server.url, account.device_id, account.device_key)
    cursor: dict[str, int] = {}
    epoch, found, more = "", [], True
    try:
        while more:
            request = ExchangeRequest(PROTOCOL, epoch, cursor, ())
            reply = decode_reply(transport.exchange(encode(request)))
            found += [record_of(change) for change in reply.changes]
            cursor, epoch, more = reply.cursor, reply.epoch, reply.more
    finally:
        transport.close()
    return found


# Searching the server's disk

Needles = dict[str, bytes]


def texts(**markers: str) -> Needles:
    """Return each text in every form in which it could stand in a file."""
    return {
        f"{name} {how}": form
        for name, marker in markers.items()
        for how, form in leaks.forms(marker).items()
    }


def binary(name: str, value: bytes) -> Needles:
    """Return bytes raw, in hexadecimal and in base64."""
    shifted = (base64.b64encode(b"\0" * shift + value)[4:-4] for shift in range(3))
    return {
        f"{name} raw": value,
        f"{name} hex": value.hex().encode(),
        f"{name} HEX": value.hex().upper().encode(),
    } | {f"{name} base64+{shift}": form for shift, form in enumerate(shifted)}


def secrets(lost: Lost, account: Enrolled, renewed: list[str]) -> Needles:
    """Return everything that only the person's device and paper may hold."""
    paper = lost.paper.split()
    return (
        texts(
            note=MARK,
            words=" ".join(paper[:3]),
            listed="\n".join(paper[:3]),
            quoted='","'.join(paper[:3]),
            renewed=" ".join(renewed[:3]),
            identity=lost.account.identity,
            other=account.former_identities[0],
            pin=SECRET,
        )
        | binary("entropy", lost.entropy)
        | binary("renewed entropy", words.entropy_of(" ".join(renewed), "fr"))
    )


def search(needles: Needles, places: Iterable[Path]) -> set[str]:
    """Return the names of the needles that stand in some file, also when it is compressed."""
    return {
        name
        for place in places
        for path in ([place] if place.is_file() else sorted(place.rglob("*")))
        if path.is_file()
        for _layer, content in leaks.layers(path.read_bytes())
        for name, needle in needles.items()
        if needle in content
    }


def server_files(data: Path, log: Path) -> list[Path]:
    """Return the server's folder, its log, and a dump of its database as a backup makes one."""
    dump = data / "dump.sql"
    with contextlib.closing(sqlite3.connect(data / "boardpack.sqlite3")) as connection:
        dump.write_text("\n".join(connection.iterdump()), encoding="utf-8")
    return [data, log]


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """A search that finds nothing must be one that would."""
    data, log = tmp_path / "data", tmp_path / "log"
    data.mkdir()
    needles = texts(note=MARK, words="abaisser abandon abdiquer") | binary("entropy", bytes(16))
    needles |= binary("wrap", bytes(range(100, 180)))
    with contextlib.closing(sqlite3.connect(data / "boardpack.sqlite3")) as connection:
        connection.execute("CREATE TABLE planted (name TEXT, value BLOB)")
        for name, needle in needles.items():
            connection.execute("INSERT INTO planted VALUES (?, ?)", (name, needle))
        connection.commit()
    log.write_bytes(zlib.compress(MARK.encode()))
    assert search(needles, server_files(data, log)) == set(needles)
    assert search(texts(note=MARK), [log])


def test_the_command_line_leads_through_it(town: Town, tmp_path: Path) -> None:
    first = Person("mayor", email("mayor"), tmp_path / "first", SECRET)
    code = town.server.command("enrol", email("mayor"))["code"]
    enrol = ("enrol", town.server.url, "--code-from", "-", "--unlock-from", "-")
    assert first.run(*enrol, stdin=(code, SECRET)).data["recovery"] == "note"
    assert first.unlocked("status").data["recovery"] == "note"
    shown = " ".join(first.unlocked("recovery", "show").data["words"])
    given = ("--unlock-from", "-", "--words-from", "-")
    swapped = " ".join(reversed(shown.split()))
    wrong = first.run("recovery", "noted", *given, stdin=(SECRET, swapped), expect=3)
    assert wrong.failure == "recovery.not_noted"
    first.run("recovery", "noted", *given, stdin=(SECRET, shown))
    assert first.unlocked("recovery", "show", expect=3).failure == "recovery.none_to_note"
    first.unlocked("sync")
    assert first.unlocked("recovery").data["sent"]

    # The next device: wrong words cost nothing, the device is enrolled all the same.
    second = Person("mayor", email("mayor"), tmp_path / "next", SECRET)
    code = town.server.command("enrol", email("mayor"))["code"]
    others = " ".join(words.of_entropy(bytes(range(16)), "fr"))
    words_from = ("--words-from", "-", "--replace")
    done = second.run(*enrol, *words_from, stdin=(code, SECRET, others), expect=3)
    assert (done.failure, done.data["recovery"]) == ("recovery.wrong_words", "type")
    assert second.unlocked("recovery", "without").data["wish"] == "note"
    assert second.run("recovery", "type", *given, stdin=(SECRET, shown)).data["notes"] == 0
    assert second.unlocked("recovery").data["noted"]
    short = second.run("recovery", "type", *given, stdin=(SECRET, "abaisser"), expect=3)
    assert short.failure == "recovery.word_count"
