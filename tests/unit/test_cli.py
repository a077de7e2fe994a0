"""The command line in this process: what it prints, how it ends, where secrets come from."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from boardpack.cli import main
from boardpack.cli.finding import person_called
from boardpack.cli.main import COMMANDS, group, run
from boardpack.domain.people import Role
from boardpack.messages import use_language
from boardpack.services.draft_models import PersonRow
from boardpack.services.errors import PersonUnknownError
from signing.practice import PracticeAuthority, make_practice_authority
from tests.helpers.documents import hybrid_pdf, text_pdf

ROOT = Path(__file__).parents[2]
SECRET = "sésame 42"


@pytest.fixture
def command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run a command on an empty profile; return its exit code and what it printed."""

    def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = run(arguments)
        out, err = capsys.readouterr()
        use_language("fr")
        return code, out, err

    return call


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def authority() -> PracticeAuthority:
    return make_practice_authority("AC d’essai")


@pytest.fixture
def paper(tmp_path: Path, authority: PracticeAuthority) -> Path:
    path = tmp_path / "acte.pdf"
    path.write_bytes(text_pdf("Délibération"))
    (tmp_path / "maire.p12").write_bytes(authority.issue("Élise", "Moreau", passphrase=SECRET))
    (tmp_path / "racines.pem").write_bytes(authority.root_pem)
    (tmp_path / "phrase").write_text(SECRET + "\n", encoding="utf-8")
    return path


def sign(command: Command, paper: Path, *options: str, stdin: str = "") -> tuple[int, str, str]:
    p12, out = paper.with_name("maire.p12"), paper.with_name("signé.pdf")
    return command(
        *("sign", str(paper), "--p12", str(p12), "--field", "Maire", "-o", str(out)),
        *options,
        stdin=stdin,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("push",),
        ("sync", "--nothing"),
        ("search", "--limit", "0", "a"),
        ("export", "x"),
    ],
)
def test_what_is_not_understood_ends_with_2(command: Command, arguments: tuple[str, ...]) -> None:
    code, out, err = command(*arguments, "--json")
    assert (code, out) == (2, "")
    assert json.loads(err)["error"] == "cli.usage"


def test_a_failure_is_told_in_four_lines(command: Command, tmp_path: Path) -> None:
    code, out, err = command("sync", "--profile", str(tmp_path / "p"))
    assert (code, out) == (3, "")
    lines = err.strip().splitlines()
    assert len(lines) == 4
    assert lines[3] == "[account.not_enrolled]"
    assert "enrôlé" in lines[0]


def test_a_failure_is_told_in_the_language_asked_for(command: Command, tmp_path: Path) -> None:
    profile = ("--profile", str(tmp_path / "p"))
    _, _, err = command("sync", *profile, "--json", "--language", "en")
    assert "not enrolled" in json.loads(err)["title"]
    _, _, err = command("nothing", "--language", "en")
    assert err.startswith("The command is not understood")


def test_a_new_profile_is_no_failure(command: Command, tmp_path: Path) -> None:
    code, out, _ = command("status", "--json", "--profile", str(tmp_path / "p"))
    assert code == 0
    assert json.loads(out)["profile"]["kind"] == "new"
    assert not (tmp_path / "p").exists()


def test_without_command_the_help_shows(command: Command) -> None:
    code, out, _ = command()
    assert code == 0
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_has_help_profile_and_json(command: Command, name: str) -> None:
    code, out, _ = command(name, "--help")
    assert code == 0
    assert "--json" in out
    assert "--profile" in out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_command_takes_a_secret_as_an_argument(name: str) -> None:
    found = group.get_command(click.Context(group), name)
    assert found is not None
    for parameter in found.params:
        if any(word in parameter.name for word in ("unlock", "passphrase", "code", "secret")):
            assert parameter.name.endswith("_from") or parameter.name == "secretary"


def test_signing_and_verifying_need_no_profile(
    command: Command, paper: Path, authority: PracticeAuthority
) -> None:
    code, out, err = sign(command, paper, "--passphrase-from", "-", "--json", stdin=SECRET + "\n")
    assert code == 0, err
    signed = Path(json.loads(out)["file"])
    assert signed.read_bytes().startswith(paper.read_bytes())
    roots = ("--roots", str(paper.with_name("racines.pem")))
    code, out, _ = command("verify", str(signed), str(paper), *roots, "--json")
    assert code == 0
    first, second = (json.loads(line) for line in out.splitlines())
    assert (first["verdict"], second["verdict"]) == ("valid", "unsigned")
    (signature,) = first["signatures"]
    assert set(signature) == {
        "field",
        "signer",
        "level",
        "signing_time",
        "covers_whole_document",
        "integrity",
        "trust",
        "reasons",
    }
    assert (signature["field"], signature["signer"]) == ("Maire", "Élise Moreau")
    assert (signature["level"], signature["trust"]) == ("B-B", "trusted")


def test_a_strict_verification_ends_with_3(command: Command, paper: Path) -> None:
    assert command("verify", str(paper), "--strict")[0] == 3
    assert command("verify", str(paper))[0] == 0


def test_a_verdict_is_told_in_words(command: Command, paper: Path) -> None:
    sign(command, paper, "--passphrase-from", str(paper.with_name("phrase")))
    signed = paper.with_name("signé.pdf")
    signed.write_bytes(signed.read_bytes() + b"tail")
    code, out, _ = command("verify", str(signed), "--language", "en")
    assert code == 0
    assert "INVALID" in out
    assert "Something was added to the file after the last signature." in out


def test_a_secret_may_stand_in_a_file(command: Command, paper: Path) -> None:
    assert sign(command, paper, "--passphrase-from", str(paper.with_name("phrase")))[0] == 0


def test_a_missing_file_of_a_secret_says_so(command: Command, paper: Path) -> None:
    code, _, err = sign(command, paper, "--json", "--passphrase-from", "nothing")
    assert code == 3
    assert json.loads(err)["error"] == "reading.cannot_read"


@pytest.mark.parametrize("options", [(), ("--passphrase-from", "-")])
def test_without_terminal_nor_line_the_secret_is_named(
    command: Command, paper: Path, options: tuple[str, ...]
) -> None:
    code, _, err = sign(command, paper, "--json", *options)
    assert code == 3
    found = json.loads(err)
    assert found["error"] == "cli.no_secret"
    assert found["parameters"]["option"] == "--passphrase-from"


@pytest.mark.parametrize(
    ("language", "advice"), [("fr", "« imprimer en PDF »"), ("en", "“print to PDF”")]
)
def test_a_hybrid_file_is_refused_and_told_how_to_mend(
    command: Command, paper: Path, language: str, advice: str
) -> None:
    """What is signed begins with the file as it came, so it cannot be written anew here."""
    paper.write_bytes(hybrid_pdf("Délibération"))
    options = ("--passphrase-from", "-", "--language", language)
    code, _, err = sign(command, paper, *options, stdin=SECRET + "\n")
    assert code == 3
    assert "signing.hybrid_xref" in err
    assert advice in err.replace("\xa0", " ")
    assert not paper.with_name("signé.pdf").exists()


def test_a_wrong_passphrase_makes_no_file(command: Command, paper: Path) -> None:
    code, _, err = sign(command, paper, "--json", "--passphrase-from", "-", stdin="wrong\n")
    assert code == 3
    assert json.loads(err)["error"] == "signing.wrong_passphrase"
    assert not paper.with_name("signé.pdf").exists()


def test_no_file_is_replaced(command: Command, paper: Path) -> None:
    paper.with_name("signé.pdf").write_bytes(b"mine")
    code, _, err = sign(command, paper, "--json", "--passphrase-from", "-", stdin=SECRET + "\n")
    assert code == 3
    assert json.loads(err)["error"] == "cli.target_exists"
    assert paper.with_name("signé.pdf").read_bytes() == b"mine"


def test_what_nobody_foresaw_is_our_bug_and_quotes_nothing(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_options: object) -> None:
        raise LookupError("secret of a dossier")

    monkeypatch.setattr(main.group, "main", fails)
    code, out, err = command("sync", "--json")
    assert (code, out) == (70, "")
    found = json.loads(err)
    assert found["error"] == "bug.unforeseen"
    assert found["parameters"]["kind"] == "LookupError"
    assert "secret" not in err


@pytest.mark.parametrize("error", [KeyboardInterrupt, click.Abort])
def test_an_interruption_ends_with_75(
    command: Command, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fails(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(main.group, "main", fails)
    assert command("sync")[0] == 75


def test_a_reader_who_has_seen_enough_is_no_failure(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_options: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(main.group, "main", fails)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert run(["sittings"]) == 0
    sys.stdout.close()


def test_a_member_is_found_by_name_without_accents() -> None:
    people = [
        PersonRow("1", "Élise Moreau", "Maire", Role.PRESIDENT, ""),
        PersonRow("2", "Paul Dubois", "", Role.MEMBER, ""),
        PersonRow("3", "Paul Dubois", "", Role.MEMBER, ""),
    ]
    assert person_called(people, "elise MOREAU") == "1"
    assert person_called(people, "3") == "3"
    for name in ("Paul Dubois", "Personne"):
        with pytest.raises(PersonUnknownError):
            person_called(people, name)


def subprocess_json(*arguments: str, program: str = "") -> tuple[int, Any]:
    words = ["-c", program] if program else ["-m", "boardpack"]
    done = subprocess.run(
        [sys.executable, *words, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout or done.stderr)


def test_the_selftest_passes_here() -> None:
    code, found = subprocess_json("--selftest", "--json")
    assert found["ok"], found
    assert code == 0
    assert set(found["checks"]) >= {"store", "worker", "signature"}


def test_where_qt_is_absent_the_window_says_so() -> None:
    program = (
        "import sys; sys.modules['PySide6'] = None\nfrom boardpack.cli.main import main\nmain()"
    )
    code, found = subprocess_json("window", "--json", program=program)
    assert code == 3
    assert found["error"] == "cli.no_window"
