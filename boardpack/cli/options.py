"""What every command has: a profile, JSON, a language; and how it opens the profile."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

import click

from boardpack import paths
from boardpack.bootstrap import open_program
from boardpack.cli.terminal import Terminal
from boardpack.messages import LANGUAGES, _, use_language
from boardpack.services.account import NotEnrolledError, ProfileKind
from boardpack.services.program import Session

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
        terminal = Terminal(profile or paths.default_profile(), as_json, language)
        return body(terminal, *args, **kwargs)

    return with_terminal


unlocking = click.option(
    "--unlock-from", "unlock_from", metavar="FILE|-", help=f"PIN or passphrase: {READ_HELP}"
)


@contextmanager
def unlocked(terminal: Terminal, unlock_from: str | None) -> Iterator[Session]:
    """Open the profile for one command, and lock it again.

    Raises:
        NotEnrolledError: there is no profile there.
        WrongSecretError: not its PIN or passphrase.
    """
    program = open_program(terminal.profile)
    state = program.profile_state()
    if state.kind is ProfileKind.NEW:
        raise NotEnrolledError
    secret = terminal.ask(unlock_from, "--unlock-from", _("PIN or passphrase"))
    try:
        session = program.unlock(secret)
        if terminal.language is None:
            use_language(session.preferences.get().language)
        yield session
    finally:
        program.lock()
