"""One command's terminal: what it prints, for people or for programs, and the secrets it asks for.

Results go to standard output; questions, progress and failures to standard error. Secrets never
stand among the arguments, where every account of the computer could read them.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from boardpack.cli.errors import NoSecretError
from boardpack.domain.errors import BoardpackError
from boardpack.messages import _, describe
from boardpack.services.errors import CannotReadError

STANDARD_INPUT = "-"


@dataclass
class Terminal:
    """Where a command reads and writes.

    Attributes:
        profile: folder of the profile it works on.
        as_json: results are one JSON document; nothing but failures goes to standard error.
        language: chosen on the command line; None leaves it to the profile.
        server: narrows the command to one server of the profile, by address or authority.
        failed: what the command ends with although it went on: of the first account that failed.
    """

    profile: Path
    as_json: bool
    language: str | None
    server: str | None = None
    failed: int = 0

    def show(self, value: object, lines: Iterable[str]) -> None:
        """Print a result: `value` for a program, `lines` for a person."""
        if self.as_json:
            click.echo(to_json(value))
            return
        for line in lines:
            click.echo(line)

    def tell(self, text: str) -> None:
        """Say something that is no result."""
        if not self.as_json:
            click.echo(text, err=True)

    def fail(self, error: BoardpackError, server: str = "") -> None:
        """Print what failed at one server, and go on with the others."""
        report(error, as_json=self.as_json, server=server)
        self.failed = self.failed or error.exit_code

    def progress(self, text: str) -> None:
        """Show how far a long work is, on one line, to somebody who looks."""
        if not self.as_json and sys.stderr.isatty():
            click.echo(f"\r\033[K{text}", err=True, nl=False)

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""
        return sys.stdin.isatty()

    def ask(self, source: str | None, option: str, what: str, *, hidden: bool = True) -> str:
        """Return a secret: from the file or the line that `option` named, else from the person.

        Args:
            source: value of the option: a file, or "-" for the next line of standard input.
            option: its name, for the message when nobody can be asked.
            what: what is asked for, in words.
            hidden: whether it shows while it is typed.

        Raises:
            NoSecretError: no option, and no terminal; or standard input has ended.
            CannotReadError: the file.
        """
        if source == STANDARD_INPUT:
            line = sys.stdin.readline()
            if not line:
                raise NoSecretError(what=what, option=option)
            return line.rstrip("\r\n")
        if source is not None:
            return _first_line(Path(source))
        if not self.can_ask:
            raise NoSecretError(what=what, option=option)
        if hidden:
            return getpass.getpass(f"{what}: ", stream=sys.stderr)
        answer: str = click.prompt(what, err=True)
        return answer

    def ask_new(self, source: str | None, option: str, what: str) -> str:
        """Ask for a new secret; a person types it twice."""
        while True:
            first = self.ask(source, option, what)
            if source is not None or self.ask(None, option, _("The same again")) == first:
                return first
            self.tell(_("These two are not the same."))

    def confirm(self, question: str) -> bool:
        """Ask yes or no; no where nobody can answer."""
        return self.can_ask and not self.as_json and click.confirm(question, err=True)


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror or "" if isinstance(error, OSError) else ""
        raise CannotReadError(file=path.name, reason=reason) from error


def to_json(value: object) -> str:
    """Return a value as JSON text, the same for the same value."""
    return msgspec.json.encode(value, enc_hook=_plain, order="deterministic").decode()


def _plain(value: Any) -> Any:  # noqa: ANN401 whatever msgspec does not know
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value).__name__)


def report(error: BoardpackError, *, as_json: bool, server: str = "") -> None:
    """Print a failure on standard error: what happened, what is safe, what to do, its code.

    Args:
        error: what failed.
        as_json: as one object on one line.
        server: where, when a profile has several.
    """
    text = describe(error)
    if as_json:
        found = ({"server": server} if server else {}) | {
            "error": text.code,
            "parameters": error.parameters,
            "title": text.title,
            "safe": text.safe,
            "do": text.do,
        }
        click.echo(to_json(found), err=True)
        return
    title = f"{server}: {text.title}" if server else text.title
    for line in (title, text.safe, text.do, f"[{text.code}]"):
        click.echo(line, err=True)
