"""`boardpack window`: the window, where Qt is installed."""

from __future__ import annotations

import sys

import click

from boardpack.bootstrap import open_program
from boardpack.cli.errors import NoWindowError
from boardpack.cli.options import common
from boardpack.cli.terminal import Terminal


@click.command("window")
@common
def command(terminal: Terminal) -> int:
    """Open the window."""
    try:
        from ui.app import run  # noqa: PLC0415 everything else runs where Qt is not installed
    except ImportError as error:
        if (error.name or "").partition(".")[0] in {"PySide6", "shiboken6", "qtawesome"}:
            raise NoWindowError from error
        raise
    profile = terminal.profile
    return run(lambda in_store: open_program(profile, in_store=in_store), sys.argv[:1])
