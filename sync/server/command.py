"""`boardpack-server`: install, run and look after a server; docs/operations.md.

Exit codes: 0 done, 2 usage, 3 the operator can act, 75 try again later, 70 our bug. Secrets never
stand in the arguments: passwords are prompted or read from standard input.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from boardpack import messages
from boardpack.domain.errors import BoardpackError, BugError, SurroundingsError
from boardpack.messages import _
from sync.server.secret_files import ensure_secret, make_folder

_log = logging.getLogger("boardpack.server.command")
_BASE: Final = "sync.server.settings.base"
_PRODUCTION: Final = "sync.server.settings.production"
_PORT: Final = click.IntRange(0, 65535)


class DatabaseUnavailableError(SurroundingsError):
    """The database does not answer."""

    code = "server.database_unavailable"


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every command takes."""
    data = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="BOARDPACK_DATA",
        help=_("Folder of the database, the files and the keys."),
    )
    as_json = click.option("--json", "as_json", is_flag=True, help=_("Print JSON."))
    return data(as_json(command))


def _set_up(data: Path | None) -> None:
    """Start Django on the folder `data`, over HTTPS settings when the public address says so."""
    if data is not None:
        os.environ["BOARDPACK_DATA"] = str(data.resolve())
    secure = os.environ.get("BOARDPACK_PUBLIC_URL", "").startswith("https://")
    # Set, not defaulted: a variable left over from elsewhere must not choose a server's settings.
    os.environ["DJANGO_SETTINGS_MODULE"] = _PRODUCTION if secure else _BASE
    django = importlib.import_module("django")
    django.setup()


def _do(command: str, data: Path | None, *, as_json: bool, **arguments: object) -> None:
    """Run one command's module and print its outcome, or its failure; end with its exit code."""
    try:
        _set_up(data)
        module = importlib.import_module(f"sync.server.commands.{command}")
        outcome = _called(module.run, arguments)
    except BoardpackError as error:
        _fail(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 the last door: log it whole, name it as our bug
        _log.critical("%s", command, exc_info=error)
        _fail(messages.UnforeseenError(), as_json=as_json)
    if as_json:
        click.echo(json.dumps(outcome.facts, ensure_ascii=False))
    else:
        for line in outcome.lines:
            click.echo(line)
    sys.exit(outcome.exit_code)


def _called(run: Callable[..., Any], arguments: dict[str, object]) -> Any:  # noqa: ANN401 an Outcome of a module imported by name
    database = importlib.import_module("django.db")
    importlib.import_module("sync.server.identity").require_initialised()
    try:
        return run(**arguments)
    except (database.OperationalError, database.InterfaceError) as error:
        raise DatabaseUnavailableError(reason=str(error).strip()[:200]) from error


def _fail(error: BoardpackError, *, as_json: bool) -> None:
    text = messages.describe(error)
    if as_json:
        facts = {"code": error.code, "parameters": error.parameters, "title": text.title}
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo(f"{text.title} {text.do} [{error.code}]", err=True)
        if isinstance(error, BugError):
            click.echo(repr(error), err=True)
    sys.exit(error.exit_code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="boardpack", message="%(version)s")
def main() -> None:
    """Install, run and look after a boardpack server."""


def _password(superuser: str, *, from_stdin: bool) -> str:
    if not superuser:
        return ""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True))


def _data_folder(data: Path | None) -> Path:
    if data is not None:
        return data
    platformdirs = importlib.import_module("platformdirs")
    return Path(platformdirs.user_data_dir("boardpack-server", appauthor=False))


def _prepare(data: Path | None) -> None:
    """Make folder and secret before the settings read them."""
    folder = _data_folder(data)
    make_folder(folder)
    if not os.environ.get("BOARDPACK_SECRET_KEY"):
        ensure_secret(folder / "secret.key")


@main.command()
@_common
@click.option("--superuser", default="", help=_("Also make this superuser of the console."))
@click.option("--password-stdin", is_flag=True, help=_("Read the password from standard input."))
def init(data: Path | None, *, as_json: bool, superuser: str, password_stdin: bool) -> None:
    """Make the server ready, or upgrade it."""
    password = _password(superuser, from_stdin=password_stdin)
    _prepare(data)
    _do("initialise", data, as_json=as_json, superuser=superuser, password=password)


@main.command()
@_common
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=_PORT)
@click.option("--jobs/--no-jobs", default=True, help=_("Also do the jobs that wait."))
@click.option("--hints-port", type=_PORT, help=_("Also tell devices at this port of changes."))
def run(
    data: Path | None, *, as_json: bool, host: str, port: int, jobs: bool, hints_port: int | None
) -> None:
    """Serve devices and console until SIGTERM; port 0 chooses a free one."""
    _do("serve", data, as_json=as_json, host=host, port=port, jobs=jobs, hints_port=hints_port)


@main.command()
@_common
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8002, show_default=True, type=_PORT)
def hints(data: Path | None, *, as_json: bool, host: str, port: int) -> None:
    """Tell connected devices of changes, until SIGTERM; behind the proxy, beside `run`."""
    _do("hints", data, as_json=as_json, host=host, port=port)


@main.command()
@_common
@click.option("--once", is_flag=True, help=_("End when nothing waits."))
def work(data: Path | None, *, as_json: bool, once: bool) -> None:
    """Do the jobs that wait, until SIGTERM."""
    _do("work", data, as_json=as_json, once=once)


@main.command()
@_common
@click.option("--dry-run", is_flag=True, help=_("Only tell what would be removed."))
def cron(data: Path | None, *, as_json: bool, dry_run: bool) -> None:
    """Tidy up: uploads given up, files that nothing names, what expired."""
    _do("cron", data, as_json=as_json, dry_run=dry_run)


@main.command("jobs")
@_common
@click.option("--again", multiple=True, metavar="ID", help=_("Try a job that was given up again."))
@click.option("--drop", multiple=True, metavar="ID", help=_("Forget a job that was given up."))
def list_jobs(
    data: Path | None, *, as_json: bool, again: tuple[str, ...], drop: tuple[str, ...]
) -> None:
    """List what waits and what was given up."""
    _do("jobs", data, as_json=as_json, again=again, drop=drop)


@main.command()
@_common
@click.argument("email")
@click.option("--qr", type=click.Path(dir_okay=False, path_type=Path), help=_("PNG to write."))
@click.option("--url", default="", help=_("Address of the server as devices see it."))
def enrol(data: Path | None, *, as_json: bool, email: str, qr: Path | None, url: str) -> None:
    """Print a one-time enrolment code for the official at EMAIL."""
    _do("enrol", data, as_json=as_json, email=email, qr=qr, url=url)


@main.command()
@_common
@click.argument("given", metavar="EMAIL|DEVICE")
@click.option("--wipe", is_flag=True, help=_("Also order it to erase all that it holds."))
@click.option("--drain", is_flag=True, help=_("Before that it may hand in notes and receipts."))
@click.option("--reason", type=click.Choice(("lost", "left", "replaced", "other")), default="other")
def revoke(
    data: Path | None, *, as_json: bool, given: str, wipe: bool, drain: bool, reason: str
) -> None:
    """Revoke the active device of an official, or one device by its identifier."""
    _do("revoke", data, as_json=as_json, given=given, wipe=wipe, drain=drain, reason=reason)


@main.command("import-officials")
@_common
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def import_officials(data: Path | None, *, as_json: bool, file: Path) -> None:
    """Import officials and mandates from FILE (CSV): everything or nothing."""
    _do("import_officials", data, as_json=as_json, file=file)


@main.command()
@_common
def demo(data: Path | None, *, as_json: bool) -> None:
    """Make a server ready to show, with the demo's officials."""
    _prepare(data)
    _do("demo", data, as_json=as_json)


@main.command()
@_common
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def trust(data: Path | None, *, as_json: bool, file: Path) -> None:
    """Trust the authorities of certification in FILE (PEM)."""
    _do("trust", data, as_json=as_json, file=file)


@main.command()
@_common
@click.option("--deep", is_flag=True, help=_("Also read every file and check its digest."))
def check(data: Path | None, *, as_json: bool, deep: bool) -> None:
    """Say whether this server is in order."""
    _do("examine", data, as_json=as_json, deep=deep)


@main.command()
@_common
def restored(data: Path | None, *, as_json: bool) -> None:
    """To be run once after a restore from backup, before devices come back."""
    _do("restored", data, as_json=as_json)


@main.command()
@_common
@click.option("--let-go", is_flag=True, help=_("Nothing more comes back: tell them, in time."))
def held(data: Path | None, *, as_json: bool, let_go: bool) -> None:
    """List dossiers that wait for their secretariat since a restore, or let them go."""
    _do("held", data, as_json=as_json, let_go=let_go)


@main.command("new-assembly-key")
@_common
@click.argument("given", metavar="ASSEMBLY")
def new_assembly_key(data: Path | None, *, as_json: bool, given: str) -> None:
    """Have the secretariat of ASSEMBLY make a new signing key: the old one is lost or stolen."""
    _do("new_assembly_key", data, as_json=as_json, given=given)


if __name__ == "__main__":
    main()
