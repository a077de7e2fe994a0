"""Who plays: the server, the secretariats, a councillor of everything, mayor and secretary."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Self

from boardpack.domain import clock
from signing.practice import make_practice_authority
from tests.story.programs import ROOT, Person, Server

DEMO = ROOT / "resources" / "demo"
SECRET = "quatre mots sans rapport 1907"
P12_SECRET = "certificat d'entraînement 42"
OFFICES = {
    "town": ("Martine Lescure", "martine.lescure@aubrelles.example"),
    "agglomeration": ("Karim Nadal", "karim.nadal@val-de-sorene.example"),
    "region": ("Sophie Guérineau", "sophie.guerineau@hautes-vallees.example"),
}


@dataclass(frozen=True)
class Papers:
    """The folders that the story sends.

    Attributes:
        dossiers: town, agglomeration, region.
        draft: full of mistakes, only looked at.
        corrected: files that replace those of the same name in the town's folder.
        to_sign: deliberations.
        fixed: title, place and date for folders without `sitting.toml`.
    """

    dossiers: dict[str, Path]
    draft: Path
    corrected: Path
    to_sign: Path
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)


def load_demo() -> ModuleType:
    """Load the script that makes the demo dossiers; it is data, not a package."""
    spec = importlib.util.spec_from_file_location("make_dossiers", DEMO / "make_dossiers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def demo_papers(folder: Path) -> Papers:
    """Make the demo's dossiers, for sittings that are still to come."""
    day = (clock.now() + timedelta(days=12)).date()
    town, agglomeration, region, draft, corrected, to_sign = load_demo().make_dossiers(folder, day)
    dossiers = {"town": town, "agglomeration": agglomeration, "region": region}
    return Papers(dossiers, draft, corrected, to_sign)


class Cast:
    """Use it as a context: the server runs inside."""

    def __init__(self, work: Path, papers: Papers) -> None:
        """Make a server with the officials of the demo, and certificates for two of them."""
        work.mkdir(parents=True, exist_ok=True)
        self.work, self.papers = work, papers
        self.server = Server(work / "server", work / "server.log")
        self.offices = {key: self.person(*names) for key, names in OFFICES.items()}
        self.reader = self.person("Hélène Varenne", "helene.varenne@elus.example")
        self.mayor = self.person("Philippe Authier", "philippe.authier@elus.example")
        self.secretary = self.person("Inès Belkacem", "ines.belkacem@elus.example")
        self.roots = work / "roots.pem"

    def person(self, name: str, email: str) -> Person:
        """Return somebody with a profile of their own."""
        return Person(name, email, self.work / "profiles" / email.partition("@")[0], SECRET)

    def install(self) -> dict[str, dict[str, object]]:
        """Do what IT does on an empty machine; return what each command said."""
        said = {
            "init": self.server.command("init"),
            "officials": self.server.command("import-officials", str(DEMO / "officials.csv")),
        }
        authority = make_practice_authority("Autorité d’entraînement boardpack")
        self.roots.write_bytes(authority.root_pem)
        for person in (self.mayor, self.secretary):
            first, _, last = person.name.partition(" ")
            self.p12(person).write_bytes(authority.issue(first, last, passphrase=P12_SECRET))
        said["trust"] = self.server.command("trust", str(self.roots))
        self.server.start()
        return said

    def p12(self, person: Person) -> Path:
        """Return the certificate file of a signatory."""
        return self.work / f"{person.profile.name}.p12"

    def code(self, person: Person, *more: str) -> str:
        """Have a one-time code issued."""
        answer = self.server.command("enrol", person.email, "--url", self.server.url, *more)
        return str(answer["code"])

    def enrol(self, person: Person) -> None:
        """Enrol a device by the command line, and receive everything."""
        self.register(person)
        person.unlocked("sync")

    def register(self, person: Person) -> None:
        """Enrol a device by the command line."""
        code = self.code(person)
        options = ("--code-from", "-", "--unlock-from", "-", "--device-name", "poste de bureau")
        person.run("enrol", self.server.url, *options, stdin=(code, person.secret))

    def __enter__(self) -> Self:
        """Nothing runs yet: `install` starts the server."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.server.stop()
