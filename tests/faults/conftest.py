"""A real server process behind a faulty proxy, and the people's real programs on real profiles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf
import pytest

from boardpack.bootstrap import open_program
from boardpack.domain import ids
from boardpack.services.program import Program, Session
from boardpack.services.synchronize import SyncReport
from tests.helpers import cheap
from tests.helpers.faulty_proxy import FaultyProxy
from tests.helpers.town import SECRET, Town, email, exchange, publish

#: Turns one protection of the program off; see `tests/faults/mutations.py`.
Mutation = Callable[[pytest.MonkeyPatch], None]


@dataclass
class Scene:
    """The town, its faulty line, and devices on it."""

    town: Town
    proxy: FaultyProxy
    office: Session
    folder: Path
    programs: list[Program]
    sent: list[str] = field(default_factory=list)

    def device(self, name: str) -> Session:
        """Enrol a new device of somebody, in place of their former one; nothing received yet."""
        program = open_program(self.profile(name))
        self.programs.append(program)
        code = self.town.server.command("enrol", email(name))["code"]
        offer = program.enrolment.check_code(code, self.proxy.url)
        return program.enrolment.enrol(offer, SECRET, f"tablette de {name}", replace=True)

    def profile(self, name: str) -> Path:
        """Return where somebody's profile of this test is."""
        return self.folder / name

    def publish(self, *sizes: int) -> str:
        """Let the secretariat send a dossier with annexes of these sizes; return the sitting."""
        exchange(self.office)
        # No two tests share a sitting or a file: the town is theirs together.
        folder = self.folder / ids.new_id()
        folder.mkdir()
        document = pymupdf.open()
        document.new_page().insert_text((72, 72), folder.name)
        for name in ("convocation.pdf", f"01 - Rapport {folder.name}.pdf"):
            document.save(folder / name)
        self.sent.clear()
        for number, size in enumerate(sizes, 1):
            content = ((folder.name.encode() + bytes([number])) * size)[:size]
            (folder / f"01.{number} - Annexe {folder.name}.bin").write_bytes(content)
            self.sent.append(hashlib.sha256(content).hexdigest())
        return publish(self.office, folder, title=f"Conseil {folder.name}")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, FaultyProxy]]:
    """Start the server behind its proxy, and the secretariat's one device, once a module."""
    folder = tmp_path_factory.mktemp("faults")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        proxy = stack.enter_context(FaultyProxy())
        patch.setenv("BOARDPACK_PUBLIC_URL", proxy.url)
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        cheap.secrets(patch)
        town = stack.enter_context(Town(folder / "town"))
        proxy.lead(town.server.url)
        town.server.url = proxy.url
        # One device for all: it holds the key that signs the dossiers.
        program, _office = town.enrol("agent")
        program.lock()
        yield town, proxy


@pytest.fixture
def scene(
    town: tuple[Town, FaultyProxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """Begin with a line that has no faults."""
    cheap.secrets(monkeypatch)
    town[1].heal()
    program, office = town[0].unlock("agent")
    made = Scene(*town, office, tmp_path, [program])
    yield made
    for program in made.programs:
        program.lock()


def once(session: Session, waits: list[float] | None = None) -> SyncReport:
    """Exchange once; waits are noted, not waited."""
    noted: list[float] = [] if waits is None else waits
    return session.synchronizing.sync_once(pause=noted.append)


def whole(session: Session) -> None:
    """Require that every dossier is here, each file read and checked."""
    rows = session.reading.sittings()
    assert rows
    assert not any(row.missing_bytes for row in rows)
    assert session.context.blobs.verify() == ()
