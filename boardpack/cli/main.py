"""The command line: `boardpack …`. Commands are loaded when they are used.

Exit codes: 0 done, 2 not understood, 3 the person can act, 75 try again later, 70 our bug.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import Final

import click

import boardpack
from boardpack.cli.errors import CommandInterruptedError, CommandUsageError
from boardpack.cli.terminal import report
from boardpack.domain.errors import BoardpackError
from boardpack.messages import LANGUAGES, UnforeseenError, _, use_language

COMMANDS: Final = {
    "enrol": "Enrol this device with a one-time code.",
    "sync": "Exchange with the server: send what waits, receive what is new.",
    "status": "Show the state of this profile and what needs you.",
    "sittings": "List sittings.",
    "show": "Show one sitting: agenda, documents, receipts.",
    "search": "Search titles and pages of all documents here.",
    "pin": "Change the PIN or passphrase; end a change that was cut short.",
    "recovery": "Note your recovery words, or bring your notes back by them.",
    "push": "Compose a sitting from a folder and send it; or place acts to be signed.",
    "notes": "List or export your notes.",
    "sign": "Sign a PDF, or a deliberation that waits for you.",
    "verify": "Verify the signatures of PDFs.",
    "export": "Save a sitting's documents as a folder that can be pushed again.",
    "doctor": "Find what is wrong with this profile; repair it.",
    "window": "Open the window.",
}

_log = logging.getLogger("boardpack.cli")


class _Commands(click.Group):
    """Loads a command's module when it is called: each starts in the time that it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"boardpack.cli.{cmd_name}_cmd")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, invoke_without_command=True)
@click.version_option(boardpack.__version__, prog_name="boardpack")
@click.option("--selftest", is_flag=True, help="Check that this program works here.")
@click.option("--json", "as_json", is_flag=True, help="With --selftest: print JSON.")
@click.pass_context
def group(context: click.Context, *, selftest: bool, as_json: bool) -> int | None:
    """All assemblies of an elected official on one device.

    Secrets are asked for, or read from a file or from standard input; never given as arguments.
    """
    if selftest:
        from boardpack.cli.selftest import run_selftest  # noqa: PLC0415 loads every part

        context.exit(run_selftest(as_json=as_json))
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
    return None


def run(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code. Failures are told, none is raised."""
    use_language(_language(arguments))
    as_json = "--json" in arguments
    try:
        code = group.main(list(arguments), prog_name="boardpack", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 until the end
        return 0
    except (click.Abort, KeyboardInterrupt):
        return _failed(CommandInterruptedError(), as_json=as_json)
    except click.ClickException as error:
        return _failed(CommandUsageError(detail=_usage(error)), as_json=as_json)
    except BoardpackError as error:
        return _failed(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 the last door: what nobody foresaw is our bug
        return _failed(_unforeseen(error), as_json=as_json)


def _failed(error: BoardpackError, *, as_json: bool) -> int:
    report(error, as_json=as_json)
    return error.exit_code


def _unforeseen(error: Exception) -> UnforeseenError:
    """Say where it happened, not with what: a message might quote a dossier."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119 any system's path
    return UnforeseenError(kind=type(error).__name__, where=where)


def _language(arguments: Sequence[str]) -> str:
    """Find the language for messages about arguments that cannot be read themselves."""
    for name, value in pairwise(arguments):
        if name == "--language" and value in LANGUAGES:
            return value
    return LANGUAGES[0]


def _usage(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            return _("unknown option {name}").format(name=error.option_name)
        case click.MissingParameter(param=click.Parameter() as parameter):
            return _("{name} is missing").format(name=parameter.human_readable_name)
        case click.BadParameter(param=click.Parameter() as parameter):
            return _("{name} is not right").format(name=parameter.human_readable_name)
        case _:
            return error.format_message()


def main() -> None:
    """Start: `boardpack` and `python -m boardpack`."""
    multiprocessing.freeze_support()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(run(sys.argv[1:]))
