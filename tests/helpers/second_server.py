"""A second server: a real process with people of its own, reached over sockets and a faulty line.

The server of `tests.helpers.server` lives in this process, and Django lives there once: another one
needs a process. `jeanne@bourg.fr` presides there, `zoe@bourg.fr` is its secretariat.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx

from boardpack.bootstrap import open_program
from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.services.accounts import FOLDER
from boardpack.services.program import Program, Session
from boardpack.store import outbox
from sync.protocol.messages import DossierPublished
from tests.helpers.devices import SECRET
from tests.helpers.local import sha256
from tests.helpers.server import FaultyLine, SimulatedServer
from tests.helpers.serving import Served, ready_folder
from tests.helpers.town import exchange
from tests.helpers.world import document, version

MAYOR = "jeanne@bourg.fr"
AGENT = "zoe@bourg.fr"
TITLE = "Conseil municipal de Bourg"
PAPER = b"%PDF-1.7 rapport de Bourg"


@dataclass
class SecondServer:
    """The process, with one sitting sent, and the mayor's account there, ready to be copied.

    Attributes:
        master: folder of the mayor's account, which has everything.
    """

    served: Served
    folder: Path
    master: Path = field(init=False)

    def __post_init__(self) -> None:
        """Enrol its people and send a sitting."""
        self.master = self.folder / "mayor"
        agent = self.enrol(self.folder / "agent", AGENT)
        session = agent.session
        assert session is not None
        publish(session)
        agent.lock()
        mayor = self.enrol(self.master, MAYOR)
        assert mayor.session is not None
        exchange(mayor.session)
        mayor.lock()

    @classmethod
    def start(cls, folder: Path) -> SecondServer:
        """Start it on a prepared folder."""
        served = Served(ready_folder(folder / "server"))
        try:
            return cls(served, folder)
        except BaseException:
            served.stop()
            raise

    @property
    def url(self) -> str:
        """Its address."""
        return self.served.url

    def line(self) -> SimulatedServer:
        """Return a way there of its own."""
        return SimulatedServer(FaultyLine(httpx.HTTPTransport()))

    def code(self, email: str) -> str:
        """Return an enrolment code, as IT gives it."""
        return str(self.served.command("enrol", email)["code"])

    def enrol(self, profile: Path, email: str) -> Program:
        """Enrol a new profile there; return it open."""
        program = open_program(profile)
        offer = program.enrolment.check_code(self.code(email), self.url)
        program.enrolment.enrol(offer, SECRET, "Tablette", replace=True)
        return program

    def give(self, profile: Path) -> str:
        """Give a locked profile the mayor's account here, as if enrolled; return its name."""
        name = ids.new_id()
        shutil.copytree(self.master, profile / FOLDER / name)
        return name


@dataclass
class Person:
    """Somebody with a profile, and the real program on it."""

    folder: Path
    program: Program = field(init=False)

    def __post_init__(self) -> None:
        """Open the program, locked."""
        self.renew()

    def renew(self) -> None:
        """Forget the program, as a kill does, and begin another."""
        self.program = open_program(self.folder)

    def restart(self, secret: str = SECRET) -> Session:
        """Close the program, begin another and unlock it."""
        self.program.lock()
        self.renew()
        return self.program.unlock(secret)


def publish(session: Session) -> None:
    """Send a sitting in two weeks to the only assembly of a secretariat."""
    exchange(session)
    made = Dossier(
        sitting_id=ids.new_id(),
        assembly_id=session.publishing.assemblies()[0].assembly_id,
        revision=1,
        title=TITLE,
        starts_at=clock.now() + timedelta(days=14),
        place="Salle des fêtes",
        items=(),
        documents=(replace(document(version(PAPER)), title="Rapport du maire de Bourg"),),
        first_sent_at=clock.now(),
        revised_at=clock.now(),
    )
    session.context.blobs.keep(PAPER, sha256(PAPER))
    event = DossierPublished(ids.new_id(), clock.now(), made)
    with session.context.store.transaction() as connection:
        outbox.append(connection, event, subject_id=made.sitting_id, sitting_id=made.sitting_id)
    for _ in range(3):
        exchange(session)
