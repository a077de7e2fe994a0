"""`boardpack enrol`: a one-time code makes this device somebody's."""

from __future__ import annotations

from pathlib import Path

import click

from boardpack.bootstrap import open_program
from boardpack.cli.errors import CommandUsageError
from boardpack.cli.options import READ_HELP, common, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.domain.refusals import DeviceAlreadyActiveError
from boardpack.messages import LANGUAGES, _
from boardpack.services.enrolment import EnrolmentService
from boardpack.services.offers import EnrolmentOffer
from boardpack.services.program import Session


@click.command("enrol")
@click.argument("url", required=False)
@click.option("--code-from", metavar="FILE|-", help=f"Enrolment code: {READ_HELP}")
@click.option(
    "--qr",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Picture of the enrolment QR code, instead of URL and code.",
)
@unlocking
@click.option("--device-name", default="", help="Shown in the list of devices.")
@click.option("--replace", is_flag=True, help="Retire the device that is active now.")
@common
def command(  # noqa: PLR0913 one for each option
    terminal: Terminal,
    *,
    url: str | None,
    code_from: str | None,
    qr: Path | None,
    unlock_from: str | None,
    device_name: str,
    replace: bool,
) -> None:
    """Enrol this device at the server URL.

    The one-time code and the new PIN or passphrase are asked for. With --code-from - and
    --unlock-from - they are the first two lines of standard input.
    """
    program = open_program(terminal.profile)
    enrolment = program.enrolment
    try:
        offer = _offer(terminal, enrolment, url, code_from, qr)
        secret = _secret(terminal, enrolment, unlock_from)
        language = terminal.language or LANGUAGES[0]

        def enrol(*, agreed: bool) -> Session:
            return enrolment.enrol(offer, secret, device_name, replace=agreed, language=language)

        try:
            session = enrol(agreed=replace)
        except DeviceAlreadyActiveError as error:
            question = _("The device “{name}” is active. Retire it and enrol this one?")
            if not terminal.confirm(question.format(**error.parameters)):
                raise
            session = enrol(agreed=True)
        _show(terminal, session, offer)
    finally:
        program.lock()


def _offer(
    terminal: Terminal,
    enrolment: EnrolmentService,
    url: str | None,
    code_from: str | None,
    qr: Path | None,
) -> EnrolmentOffer:
    if qr is not None:
        return enrolment.read_qr(qr)
    if url is None:
        raise CommandUsageError(detail=_("{name} is missing").format(name="URL"))
    code = terminal.ask(code_from, "--code-from", _("Enrolment code"), hidden=False)
    return enrolment.check_code(code, url)


def _secret(terminal: Terminal, enrolment: EnrolmentService, unlock_from: str | None) -> str:
    what = (
        _("New PIN (six digits or more) or passphrase")
        if enrolment.keyring
        else _("New passphrase (this computer has no keyring: a PIN is not enough)")
    )
    secret = terminal.ask_new(unlock_from, "--unlock-from", what)
    enrolment.check_secret(secret)
    return secret


def _show(terminal: Terminal, session: Session, offer: EnrolmentOffer) -> None:
    me = session.me
    value = {
        "official_id": me.official_id,
        "official_name": me.name,
        "authorities": me.authority_names,
        "server_url": offer.server_url,
    }
    welcome = _("This device is now that of {name}.").format(name=me.name)
    terminal.show(value, [welcome, _("Receive your dossiers by: boardpack sync")])
