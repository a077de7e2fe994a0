"""Real sockets: a server that dies in the middle, certificates that do not hold."""

from __future__ import annotations

import os
import random
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from boardpack.bootstrap import open_program
from boardpack.domain import clock, ids
from boardpack.domain.dossier import AgendaItem, Document, DocumentKind, Dossier
from boardpack.domain.people import Role
from boardpack.domain.ports import Applicant
from boardpack.services.program import Program, Session
from boardpack.services.sync_state import SyncState
from boardpack.store import outbox
from sync.client.connection import make_client
from sync.client.enrolment import HttpRegistrar
from sync.client.errors import ClockError, OfflineError, TlsError, TooSlowError
from sync.protocol.messages import DossierPublished
from tests.helpers.local import sha256, version
from tests.helpers.serving import ROOT, Served, ready_folder
from tests.helpers.tls import certificate

SECRET = "quatre mots sans rapport"


class Restarted(Served):
    """The same server again, on the same port."""

    def __init__(self, before: Served) -> None:
        self.folder, self.environment = before.folder, before.environment
        port = before.url.rpartition(":")[2].strip("/")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sync.server.command", "run", "--port", port],
            cwd=ROOT,
            env=os.environ | self.environment | {"BOARDPACK_DATA": str(self.folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline().strip()
        self.url = self.line.rpartition(" ")[2]


class Line:
    """A server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.server: Served = Served(ready_folder(folder))
        self.killed = False

    def kill(self) -> None:
        self.server.kill()
        self.killed = True

    def revive(self) -> None:
        if self.killed:
            self.server = Restarted(self.server)
            self.killed = False


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path / "data")
    yield made
    if not made.killed:
        made.server.stop()


@pytest.fixture
def people(line: Line, tmp_path: Path) -> Iterator[dict[str, Program]]:
    """The mayor and the agent, enrolled over the socket."""
    programs = {}
    for name in ("jeanne", "zoe"):
        program = open_program(tmp_path / name)
        told = line.server.command("enrol", f"{name}@bourg.fr")
        offer = program.enrolment.check_code(told["code"], line.server.url)
        program.enrolment.enrol(offer, SECRET, name)
        programs[name] = program
    yield programs
    for program in programs.values():
        program.lock()


def session_of(program: Program) -> Session:
    assert program.session is not None
    return program.session


def publish(agent: Session, *contents: bytes) -> Dossier:
    agent.synchronizing.sync_once()
    (assembly_id,) = (
        each for each, roles in agent.me.roles.items() if Role.SECRETARY_OFFICE in roles
    )
    documents = tuple(
        Document(ids.new_id(), DocumentKind.REPORT, f"Rapport {n}", f"{n}.pdf", n, (version(each),))
        for n, each in enumerate(contents)
    )
    dossier = Dossier(
        sitting_id=ids.new_id(),
        assembly_id=assembly_id,
        revision=1,
        title="Séance",
        starts_at=clock.now() + timedelta(days=5),
        place="Mairie",
        items=(AgendaItem(ids.new_id(), 1, "Budget"),),
        documents=documents,
        first_sent_at=clock.now(),
        revised_at=clock.now(),
    )
    with agent.context.store.transaction() as connection:
        for each in contents:
            agent.context.blobs.keep(each, sha256(each))
        event = DossierPublished(ids.new_id(), clock.now(), dossier)
        outbox.append(connection, event, subject_id=dossier.sitting_id)
    return dossier


@pytest.mark.slow
def test_a_server_that_dies_while_it_takes_and_gives_files_costs_a_pause(
    line: Line, people: dict[str, Program]
) -> None:
    agent, mayor = session_of(people["zoe"]), session_of(people["jeanne"])
    chance = random.Random(7)
    contents = [chance.randbytes(20_000_000), chance.randbytes(300_000)]
    publish(agent, *contents)

    class Killer:
        def __init__(self) -> None:
            self.done = False

        def __call__(self, state: SyncState) -> None:
            if not self.done and state.received > 3_000_000:
                self.done = True
                line.kill()

    def pause(_seconds: float) -> None:
        line.revive()

    sent = agent.synchronizing.sync_once(pause=pause)
    assert (sent.code, sent.rejected) == ("", 0)
    killer = Killer()
    got = mayor.synchronizing.sync_once(killer, pause=pause)
    assert killer.done
    assert got.code == ""
    assert got.received_files == 2
    for each in contents:
        assert mayor.context.blobs.read(sha256(each)) == each
    agent.synchronizing.sync_once()
    follow = agent.context.store.connection.execute("SELECT kind FROM receipts").fetchall()
    assert [row["kind"] for row in follow] == ["received"]


def test_a_server_that_is_not_there_is_offline(line: Line, people: dict[str, Program]) -> None:
    line.kill()
    report = session_of(people["jeanne"]).synchronizing.sync_once(pause=lambda _seconds: None)
    assert report.code == "client.offline"


# Certificates


SERVER = """
import http.server, ssl, sys
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


class TlsServer:
    """Somebody with a certificate; a context."""

    def __init__(self, pem: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, pem],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = f"https://localhost:{self.process.stdout.readline().strip()}"

    def __enter__(self) -> str:
        return self.url

    def __exit__(self, *_exception: object) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


APPLICANT = Applicant("ABCD-EFGH-JKMN", "x", {}, "age1")


def register(url: str, client: httpx.Client) -> None:
    registrar = HttpRegistrar(url, client)
    try:
        registrar.register(APPLICANT)
    finally:
        registrar.close()


def test_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    with TlsServer(certificate(tmp_path)) as url, pytest.raises(TlsError):
        register(url, make_client())


def trusting(pem: Path) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(pem))
    return httpx.Client(verify=context)


def test_a_certificate_that_has_ended_is_a_matter_of_the_clock(tmp_path: Path) -> None:
    pem = certificate(tmp_path, days=-1)
    with TlsServer(pem) as url, pytest.raises(ClockError):
        register(url, trusting(pem))


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    pem = certificate(tmp_path, name="other.example")
    with TlsServer(pem) as url, pytest.raises(TlsError):
        register(url, trusting(pem))


def test_nobody_at_the_port_is_offline() -> None:
    with pytest.raises(OfflineError):
        register("http://127.0.0.1:9", make_client())


def test_a_server_that_never_answers_is_too_slow(tmp_path: Path) -> None:
    program = (
        "import socket, time; s = socket.create_server(('127.0.0.1', 0));"
        "print(s.getsockname()[1], flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    client = httpx.Client(timeout=httpx.Timeout(0.3))
    with pytest.raises(TooSlowError):
        register(f"http://127.0.0.1:{port}", client)
    process.kill()
    process.wait()
    process.stdout.close()
