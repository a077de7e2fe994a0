"""A program that does every kind of write, for ever, and says what it had promised.

`python -m tests.helpers.writer FOLDER SEED WITHOUT`: the passphrase is its standard input; WITHOUT
names a protection that is switched off. A line on standard output is written after the call that
promises returned.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pyrage
from joserfc.jwk import ECKey

from boardpack.bootstrap import open_program
from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.records import Access
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.sealing.wrap import Cost
from boardpack.services.health.doctor import Doctor
from boardpack.services.program import Program, Session
from boardpack.store import changes, connection, cursor, disk, keys, meta, outbox
from boardpack.store.blobs import BlobStore
from boardpack.store.database import DATABASE, Store
from boardpack.store.meta import Enrolled
from boardpack.store.receiving import Receiving
from sync.protocol.codec import encode
from sync.protocol.messages import (
    PROTOCOL,
    RECORDS,
    Answer,
    Change,
    DossierPublished,
    ExchangeReply,
    Record,
)
from tests.helpers import trusted
from tests.helpers.documents import text_pdf
from tests.helpers.local import (
    COUNCIL,
    MANDATES,
    MAYOR,
    PEOPLE,
    document,
    dossier,
    note,
    sha256,
    version,
)

SECRETS = ("quatre mots sans rapport", "quatre autres mots encore")
P12_SECRET = "mot du certificat"
CHEAP = Cost(memory=8, passes=1)
FEED = "assembly:council"


def make_profile(folder: Path) -> None:
    """Make the mayor's profile: people told, one dossier, a certificate beside it."""
    keys.COST = CHEAP  # type: ignore[misc]  # one guess costs nothing here
    folder.mkdir(parents=True)
    profile, key = keys.create(folder, SECRETS[0])
    identity = pyrage.x25519.Identity.generate()
    device_key = ECKey.generate_key("P-256", private=True, auto_kid=False)
    store = Store.create(folder, key)
    with store.transaction() as opened:
        meta.save_enrolled(
            opened,
            Enrolled(
                *("http://127.0.0.1:9", "server", trusted.SERVER_JWK, "device", "Tablette"),
                {name: str(value) for name, value in device_key.as_dict(private=True).items()},
                *(MAYOR.official_id, "Élise Moreau", ("Saint-Aubert",)),
                *(str(identity), str(identity.to_public()), clock.now()),
            ),
        )
    BlobStore(store)
    tell_people(store)
    store.close()
    keys.save_profile(folder, keys.with_names(profile, "Élise Moreau", "Saint-Aubert", ""))


def tell_people(store: Store) -> None:
    """Tell who is who, and what the mayor may read."""
    roles = tuple(each.role for each in MANDATES if each.official_id == MAYOR.official_id)
    access = Access(COUNCIL.assembly_id, roles, granted=True)
    tell(store, *PEOPLE, access, trusted.office(COUNCIL.assembly_id).record)


def tell(store: Store, *records: Record, answers: tuple[Answer, ...] = ()) -> None:
    """Apply a server's reply with these records, by the only door."""
    seq = cursor.load(store.connection).feeds.get(FEED, 0)
    told = []
    for number, record in enumerate(records, start=seq + 1):
        kind = next(name for name, (of, _key) in RECORDS.items() if isinstance(record, of))
        record_id = str(getattr(record, RECORDS[kind][1]))
        told.append(Change(FEED, number, kind, record_id, msgspec.Raw(encode(record))))
    reply = ExchangeReply(
        PROTOCOL,
        "epoch",
        clock.now(),
        answers,
        tuple(told),
        {FEED: seq + len(told)},
        more=False,
    )
    changes.apply(store, reply, lambda _note: None)


def promise(kind: str, *facts: object) -> None:
    """Say that something was promised, in one write."""
    os.write(1, (json.dumps([kind, *facts]) + "\n").encode())


@dataclass
class Writer:
    """One life of the program."""

    program: Program
    chance: random.Random
    secret: str
    dossiers: list[Dossier] = field(default_factory=list)

    @property
    def session(self) -> Session:
        """The open session."""
        found = self.program.session
        assert found is not None
        return found

    @property
    def store(self) -> Store:
        """The open store."""
        return self.session.context.store

    @property
    def blobs(self) -> BlobStore:
        """The sealed files."""
        return self.session.context.blobs

    # What a server tells, and what it sends

    def begin(self) -> None:
        """Hear everything anew: a repair may have lost what only the server's records say."""
        self.dossiers.clear()
        tell_people(self.store)
        self.receive()

    def receive(self) -> None:
        """Get a new dossier and its files; all count when the calls returned."""
        papers = [
            self.chance.randbytes(self.chance.randrange(1000, 500_000))
            for _ in range(self.chance.randrange(1, 4))
        ]
        name = ids.new_id()
        documents = [document(f"doc-{name}-{n}", version(each)) for n, each in enumerate(papers)]
        of = trusted.signed(dossier(*documents, sitting_id=name))
        tell(self.store, of)
        self.dossiers.append(of)
        promise("told", name)
        arrived = [self._received(each) for each in papers]
        with self.store.transaction():
            self.blobs.commit(*arrived)
        for each in papers:
            promise("file", sha256(each))

    def _received(self, paper: bytes) -> Receiving:
        with self.blobs.begin(sha256(paper), len(paper)) as receiving:
            half = len(paper) // 2
            receiving.write(paper[:half])
            receiving.write(paper[half:])
            receiving.finish()
        return receiving

    def answer(self) -> None:
        """Let the server accept what waited longest: the records of it come with the answer."""
        rows = [row for row in outbox.waiting(self.store.connection) if row.kind == "note_sealed"]
        if len(rows) > 20:
            gone = rows[0]
            promise("settling", gone.subject_id)
            tell(self.store, answers=(Answer(gone.event_id, accepted=True),))

    # What a person does

    def _some(self) -> Dossier:
        return self.chance.choice(self.dossiers)

    def annotate(self) -> None:
        """Write a note, then change it."""
        of = self._some()
        made = replace(
            note(f"première {self.chance.random()}"),
            note_id=ids.new_id(),
            document_id=of.documents[0].document_id,
            version_sha256=of.documents[0].current.sha256,
            sitting_id=of.sitting_id,
            author_id=MAYOR.official_id,
        )
        self.session.notes.save(made)
        promise("note", made.note_id, made.text)
        if self.chance.random() < 0.3:
            changed = replace(made, text=f"seconde {self.chance.random()}", modified=clock.now())
            self.session.notes.save(changed)
            promise("note", changed.note_id, changed.text)

    def acknowledge(self) -> None:
        """Acknowledge a convocation."""
        of = self._some()
        self.session.reading.acknowledge(of.sitting_id)
        promise("acknowledged", of.sitting_id)

    def open(self) -> None:
        """Open a document: a receipt."""
        paper = self._some().documents[0]
        self.session.reading.mark_opened(paper.document_id, paper.current.sha256)
        promise("opened", paper.document_id)

    def read(self) -> None:
        """Turn pages."""
        paper, page = self._some().documents[0], self.chance.randrange(500)
        self.session.reading.note_position(
            paper.document_id, paper.current.sha256, page=page, top=0.5, zoom=1.0
        )
        promise("position", paper.document_id, page)

    def publish(self) -> None:
        """Send a dossier with a file of one's own, as publishing does: one transaction."""
        paper = self.chance.randbytes(self.chance.randrange(100, 300_000))
        of = dossier(document("own", version(paper)), sitting_id=ids.new_id())
        event = DossierPublished(ids.new_id(), clock.now(), of)
        with self.store.transaction() as opened:
            self.blobs.keep(paper, sha256(paper))
            outbox.append(opened, event, subject_id=of.sitting_id, sitting_id=of.sitting_id)
        promise("event", event.event_id)
        promise("own_file", sha256(paper))

    def sign(self) -> None:
        """Sign a deliberation that the server placed, by the real service."""
        paper = text_pdf(f"Délibération {self.chance.random()}")
        of, now = self._some(), clock.now()
        act = Deliberation(
            ids.new_id(), of.sitting_id, of.assembly_id, ids.new_id()[-8:], "Acte",
            (version(paper),), (CircuitStep("Maire", MAYOR.official_id, "Maire"),), now,
        )  # fmt: skip
        self.blobs.keep(paper, sha256(paper))
        tell(self.store, act)
        p12 = Path(f"{self.program.profile}.p12").read_bytes()
        self.session.signing.sign(act.deliberation_id, sha256(paper), p12, P12_SECRET.encode())
        promise("signed", act.deliberation_id)

    def change_secret(self) -> None:
        """Change the passphrase."""
        new = next(each for each in SECRETS if each != self.secret)
        promise("changing", new)
        self.program.change_secret(self.secret, new)
        self.secret = new
        promise("secret", new)

    def repair(self) -> None:
        """Damage the database and repair it, as after a bad sector."""
        promise("repairing")
        self.program.lock()
        path = self.program.profile / DATABASE
        with path.open("r+b") as file:
            file.seek(self.chance.randrange(path.stat().st_size))
            file.write(b"\xff" * 8)
            os.fsync(file.fileno())
        report = Doctor(self.program.profile).repair(self.secret, read_files=False)
        assert report.exit_code == 0, report
        self.program.unlock(self.secret)
        promise("repaired")
        self.begin()

    def work(self) -> None:
        """Do one thing."""
        kinds: dict[Callable[[], None], int] = {
            self.annotate: 50,
            self.acknowledge: 10,
            self.open: 10,
            self.read: 15,
            self.receive: 12,
            self.publish: 8,
            self.answer: 8,
            self.change_secret: 1,
            self.sign: 1,
            self.repair: 1,
        }
        self.chance.choices(list(kinds), list(kinds.values()))[0]()


def _folders_unsynced() -> None:
    disk.sync_folder = lambda _folder: None


def _files_unsynced() -> None:
    os.fsync = lambda _file: None  # type: ignore[assignment]


def _commits_unsynced() -> None:
    _files_unsynced()
    configure = connection._configure

    def hasty(opened: connection.Connection) -> None:
        configure(opened)
        opened.execute("PRAGMA synchronous = OFF")

    connection._configure = hasty


#: What a test switches off, to see that something is lost then.
PROTECTIONS: dict[str, Callable[[], None]] = {
    "folders": _folders_unsynced,
    "files": _files_unsynced,
    "commits": _commits_unsynced,
}


def main() -> None:
    """Live until killed."""
    keys.COST = CHEAP  # type: ignore[misc]
    PROTECTIONS.get(sys.argv[3], int)()
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    secret = sys.stdin.readline().rstrip("\n")
    program = open_program(folder)
    program.unlock(secret)
    writer = Writer(program, random.Random(seed), secret)
    promise("open")
    writer.begin()
    while True:
        writer.work()


if __name__ == "__main__":
    main()
