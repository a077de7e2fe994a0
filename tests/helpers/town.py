"""A real server over loopback with a small town, and people with real profiles."""

from __future__ import annotations

import csv
import functools
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from boardpack.bootstrap import open_program
from boardpack.domain import clock
from boardpack.services.draft_models import Corrections
from boardpack.services.program import Program, Session
from signing.practice import make_practice_authority
from sync.server.officials_file import COLUMNS
from tests.story.programs import Server

SECRET: Final = "quatre mots de passe longs"
P12_SECRET: Final = "mot du certificat"
PEOPLE: Final = {
    "agent": ("Adèle", "Tissot", "", "secretary_office"),
    "mayor": ("Marc", "Vauthier", "Maire", "president"),
    "secretary": ("Sophie", "Jeannin", "Conseillère municipale", "member"),
    "councillor": ("Victor", "Bardey", "Conseiller municipal", "member"),
}


def email(name: str) -> str:
    """Return the address of one of the people."""
    return f"{name}@montclair.example"


@dataclass
class Town:
    """Use it as a context: the server runs inside.

    Attributes:
        councils: how many assemblies there are; everybody has the same mandate in each.
    """

    folder: Path
    councils: int = 1
    server: Server = field(init=False)
    roots: Path = field(init=False)

    def __post_init__(self) -> None:
        """Take a copy of the server's data and the signatories' certificates."""
        shutil.copytree(_prepared(self.councils).name, self.folder, dirs_exist_ok=True)
        self.server = Server(self.folder / "server", self.folder / "server.log")
        self.roots = self.folder / "roots.pem"

    def p12(self, name: str) -> Path:
        """Return the certificate file of a signatory."""
        return self.folder / f"{name}.p12"

    def profile(self, name: str) -> Path:
        """Return where somebody's profile is."""
        return self.folder / "profiles" / name

    def __enter__(self) -> Self:
        """Start the server."""
        self.server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.server.stop()

    def enrol(self, name: str) -> tuple[Program, Session]:
        """Enrol a device of somebody; return it unlocked."""
        code = self.server.command("enrol", email(name))["code"]
        program = open_program(self.profile(name))
        offer = program.enrolment.check_code(code, self.server.url)
        session = program.enrolment.enrol(offer, SECRET, f"tablette de {name}")
        exchange(session)
        return program, session

    def unlock(self, name: str) -> tuple[Program, Session]:
        """Open somebody's profile again."""
        program = open_program(self.profile(name))
        return program, program.unlock(SECRET)


@functools.cache
def _prepared(councils: int) -> tempfile.TemporaryDirectory[str]:
    # Made once a process: three commands, and keys, for what is always the same.
    made = tempfile.TemporaryDirectory(prefix="boardpack-town-")
    folder = Path(made.name)
    server = Server(folder / "server", folder / "server.log")
    server.command("init")
    server.command("import-officials", str(_officials(folder / "officials.csv", councils)))
    authority = make_practice_authority("Autorité d’entraînement")
    roots = folder / "roots.pem"
    roots.write_bytes(authority.root_pem)
    server.command("trust", str(roots))
    for name in ("mayor", "secretary"):
        first, last, *_rest = PEOPLE[name]
        p12 = authority.issue(first, last, passphrase=P12_SECRET)
        (folder / f"{name}.p12").write_bytes(p12)
    return made


def _officials(path: Path, councils: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number in range(councils):
            for name in PEOPLE:
                values = (*_council(number), *_person(name))
                writer.writerow(dict(zip(COLUMNS, values, strict=True)))
    return path


def _council(number: int) -> tuple[str, ...]:
    town = ("montclair", "Ville de Montclair", "commune", "210000012")
    if not number:
        return (*town, "cm-montclair", "Conseil municipal", "CM", "council", "0")
    return (*town, f"c{number}-montclair", f"Commission {number}", f"C{number}", "committee", "1")


def _person(name: str) -> tuple[str, ...]:
    first, last, title, role = PEOPLE[name]
    return (last, first, email(name), title, role, "", "2026-03-22", "")


def exchange(session: Session) -> None:
    """Exchange with the server; a failure fails the caller."""
    report = session.synchronizing.sync_once()
    if report.error is not None:
        raise report.error


def publish(
    session: Session, folder: Path, assembly: int = 0, title: str = "Conseil municipal"
) -> str:
    """Send the folder as a sitting in two weeks of one assembly; return its identifier."""
    publishing = session.publishing
    badge = publishing.assemblies()[assembly]
    draft = publishing.examine(folder, badge.assembly_id)
    corrections = Corrections(
        title=title,
        starts_at=clock.now() + timedelta(days=14),
        place="Hôtel de ville",
    )
    draft = publishing.adjust(draft, corrections)
    publishing.publish(draft)
    exchange(session)
    return draft.sitting_id


def place(session: Session, sitting_id: str, acts: list[Path]) -> None:
    """Place deliberations for the mayor, then for the sitting secretary."""
    publishing = session.publishing
    badge = publishing.assemblies()[0]
    people = publishing.people(badge.assembly_id)
    secretary = next(each for each in people if each.name.startswith("Sophie"))
    files = publishing.examine_deliberations(sitting_id, acts)
    publishing.place(sitting_id, files, publishing.signatories(sitting_id, secretary.official_id))
    exchange(session)
