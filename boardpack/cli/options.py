"""What every command has: a profile, JSON, a language; and how it opens the profile."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

import click

from boardpack import paths
from boardpack.annotation.text import fold
from boardpack.bootstrap import open_program
from boardpack.cli.errors import ServerNeededError, ServerUnknownError
from boardpack.cli.terminal import Terminal, report
from boardpack.domain.errors import BoardpackError
from boardpack.messages import LANGUAGES, _, use_language
from boardpack.services.account import NotEnrolledError, ProfileKind, ProfileState
from boardpack.services.errors import ErasedError
from boardpack.services.offers import with_scheme
from boardpack.services.program import Program, Session
from boardpack.services.sync_models import as_error
from boardpack.services.together import Together

P = ParamSpec("P")

#: A command returns its exit code; None means 0.
Body = Callable[Concatenate[Terminal, P], int | None]

READ_HELP: Final = "FILE, or - for the next line of standard input."


def common(body: Body[P]) -> Callable[..., int | None]:
    """Give a command `--profile`, `--json` and `--language`, and its terminal."""

    @click.option(
        "--profile",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of the profile.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    @click.option("--language", type=click.Choice(LANGUAGES), help="Language of the messages.")
    @functools.wraps(body)
    def with_terminal(
        profile: Path | None,
        as_json: bool,  # noqa: FBT001 click passes it by name
        language: str | None,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> int | None:
        use_language(language or LANGUAGES[0])
        server = click.get_current_context().meta.get(_SERVER)
        terminal = Terminal(profile or paths.default_profile(), as_json, language, server)
        return body(terminal, *args, **kwargs) or terminal.failed

    return with_terminal


_SERVER: Final = "boardpack.server"


def _keep_server(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    context.meta[_SERVER] = value


def unlocking(body: Callable[..., int | None]) -> Callable[..., int | None]:
    """Give a command `--unlock-from`, and `--server` for profiles that have several."""
    secret = click.option(
        "--unlock-from", "unlock_from", metavar="FILE|-", help=f"PIN or passphrase: {READ_HELP}"
    )
    server = click.option(
        "--server",
        metavar="NAME|URL",
        expose_value=False,
        callback=_keep_server,
        help="Only this server of the profile, by its address or its authority.",
    )
    return secret(server(body))


words_option = click.option(
    "--words-from", "words_from", metavar="FILE|-", help=f"The twelve recovery words: {READ_HELP}"
)


@dataclass(frozen=True)
class Unlocked:
    """What a command works on: the accounts that it is about.

    Attributes:
        together: reads over all of them.
        several: the profile has more than one, whether they opened or not.
    """

    together: Together[Session]
    several: bool

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The open ones, the first enrolled first."""
        return self.together.sessions

    def only(self, wanted: Callable[[Session], bool] = lambda _each: True) -> Session:
        """Return the one account that a command is about.

        Raises:
            ServerNeededError: several are wanted.
        """
        found = [each for each in self.sessions if wanted(each)] or list(self.sessions)
        if len(found) > 1:
            raise ServerNeededError
        return found[0]

    def heading(self, server: str) -> list[str]:
        """Return a line above what is said of one server, when there are several."""
        return [f"{server}:"] if self.several else []


@contextmanager
def unlocked(
    terminal: Terminal, unlock_from: str | None, *, whole: bool = False
) -> Iterator[Unlocked]:
    """Open the profile for one command, and lock it again.

    Accounts that do not open are told on standard error; the others are worked on.

    Args:
        terminal: whose `server` narrows the command to one account.
        unlock_from: where the PIN or passphrase comes from.
        whole: the command is about everything: it fails in the end where an account did not open.

    Raises:
        NotEnrolledError: there is no profile there.
        WrongSecretError: not its PIN or passphrase.
        ServerUnknownError: the profile has no such server.
    """
    program = open_program(terminal.profile)
    state = program.profile_state()
    if state.kind is ProfileKind.NEW:
        raise NotEnrolledError
    if state.kind is ProfileKind.ERASED:
        program.farewells.tell()
        raise ErasedError
    names = accounts_called(program.accounts(), terminal.server)
    secret = terminal.ask(unlock_from, "--unlock-from", _("PIN or passphrase"))
    try:
        session = program.unlock(secret)
        if terminal.language is None:
            use_language(session.preferences.get().language)
        several = len(program.accounts()) > 1
        if several:
            _tell_failures(terminal, program, names, whole=whole)
        yield Unlocked(session.together.narrowed(names), several)
    finally:
        program.lock()


def _tell_failures(
    terminal: Terminal, program: Program, names: frozenset[str], *, whole: bool
) -> None:
    wanted = [each for each in program.accounts() if each.account in names]
    if any(each.kind is ProfileKind.ERASED for each in wanted):
        program.farewells.tell()
    closed = [each for each in wanted if each.kind is not ProfileKind.OPEN]
    for state in closed:
        error = failure_of(state)
        if whole and len(closed) < len(wanted):
            terminal.fail(error, state.server)
        else:
            report(error, as_json=terminal.as_json, server=state.server)
    if len(closed) == len(wanted):
        raise failure_of(closed[0])


def failure_of(state: ProfileState) -> BoardpackError:
    """Return why an account is not open."""
    return as_error(state.code, state.parameters) if state.code else ErasedError()


def accounts_called(states: Sequence[ProfileState], text: str | None) -> frozenset[str]:
    """Return the names of the accounts of a server, called by address or authority; all for None.

    Raises:
        ServerUnknownError: there is none.
    """
    if text is None:
        return frozenset(each.account for each in states)
    found = frozenset(
        each.account
        for each in states
        if text in (each.server, each.server_url)
        or with_scheme(text) == each.server_url
        or fold(text) == fold(each.authority_name)
    )
    if not found:
        raise ServerUnknownError(server=text)
    return found
