"""`boardpack enrol`: a one-time code makes this device somebody's."""

from __future__ import annotations

from pathlib import Path

import click

from boardpack.bootstrap import open_program
from boardpack.cli import recovering
from boardpack.cli.errors import CommandUsageError
from boardpack.cli.options import READ_HELP, accounts_called, common, unlocking, words_option
from boardpack.cli.terminal import Terminal, report
from boardpack.domain.errors import ActionableError, BoardpackError
from boardpack.domain.refusals import DeviceAlreadyActiveError
from boardpack.messages import LANGUAGES, _
from boardpack.sealing.errors import WrongSecretError
from boardpack.services.enrolment import EnrolmentService
from boardpack.services.offers import EnrolmentOffer
from boardpack.services.program import Program, Session
from boardpack.services.read_models import RecoveryWish
from boardpack.services.recovery import Recovered


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
@click.option(
    "--start-over",
    is_flag=True,
    help="PIN forgotten: erase this profile first, with its private notes and what was not sent; "
    "with --server, only that account.",
)
@words_option
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
    start_over: bool,
    words_from: str | None,
) -> None:
    """Enrol this device at the server URL; one more server, when the profile has one already.

    The one-time code and the PIN or passphrase are asked for (a new one; for one more server, that
    of the profile), and the recovery words when a former device of the same person had some. With
    --code-from -, --unlock-from - and --words-from - they are the first lines of standard input.
    """
    program = open_program(terminal.profile)
    enrolment = program.enrolment
    try:
        offer = _offer(terminal, enrolment, url, code_from, qr)
        going = _going(terminal, program) if start_over else frozenset()
        stays = {state.account for state, _ in program.folders()} - going
        secret = _secret(terminal, enrolment, unlock_from, known=bool(stays))
        language = terminal.language or LANGUAGES[0]
        if going:
            _erase(program, going, secret if stays else None)

        def enrol(*, agreed: bool) -> Session:
            return enrolment.enrol(offer, secret, device_name, replace=agreed, language=language)

        try:
            session = enrol(agreed=replace)
        except DeviceAlreadyActiveError as error:
            question = _("The device “{name}” is active. Retire it and enrol this one?")
            if not terminal.confirm(question.format(**error.parameters)):
                raise
            session = enrol(agreed=True)
        try:
            recovered = _recover(terminal, session, words_from)
        except BoardpackError:
            # The device is enrolled all the same; `boardpack recovery type` takes the words later.
            _show(terminal, session, offer, None)
            raise
        _show(terminal, session, offer, recovered)
    finally:
        program.lock()


def _going(terminal: Terminal, program: Program) -> frozenset[str]:
    """Return the accounts to erase: of one server when it is named, else all."""
    states = [state for state, _ in program.folders()]
    return accounts_called(states, terminal.server) if states else frozenset()


def _erase(program: Program, going: frozenset[str], secret: str | None) -> None:
    """Erase accounts; where others stay, only for whoever knows their secret."""
    if secret is None:
        program.start_over()
        return
    if not program.admit(secret) - going:
        raise WrongSecretError
    for account in going:
        program.leave(account)


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


def _secret(
    terminal: Terminal, enrolment: EnrolmentService, unlock_from: str | None, *, known: bool
) -> str:
    if known:
        return terminal.ask(unlock_from, "--unlock-from", _("PIN or passphrase"))
    what = (
        _("New PIN (six digits or more) or passphrase")
        if enrolment.keyring
        else _("New passphrase (this computer has no keyring: a PIN is not enough)")
    )
    secret = terminal.ask_new(unlock_from, "--unlock-from", what)
    enrolment.check_secret(secret)
    return secret


def _recover(terminal: Terminal, session: Session, words_from: str | None) -> Recovered | None:
    """Bring the former device's notes back, when there are any and the person has the words."""
    if session.recovery.state().wish is not RecoveryWish.TYPE:
        return None
    if words_from is None and not terminal.can_ask:
        return None
    while words := recovering.ask(terminal, words_from).strip():
        try:
            return recovering.recover(terminal, session, words)
        except ActionableError as error:
            if words_from is not None:
                raise
            report(error, as_json=False)
    return None


def _show(
    terminal: Terminal, session: Session, offer: EnrolmentOffer, recovered: Recovered | None
) -> None:
    me = session.me
    wish = session.recovery.state().wish
    value = {
        "official_id": me.official_id,
        "official_name": me.name,
        "authorities": me.authority_names,
        "server_url": offer.server_url,
        "recovery": wish,
        "recovered": recovered,
    }
    welcome = _("This device is now that of {name}.").format(name=me.name)
    lines = [welcome, *recovering.told(recovered), *recovering.wished(wish)]
    terminal.show(value, [*lines, _("Receive your dossiers by: boardpack sync")])
