"""`boardpack sign`: a PDF with a PKCS#12 file; or a deliberation that waits for this person."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from boardpack.cli import texts
from boardpack.cli.errors import CommandUsageError, TargetExistsError
from boardpack.cli.finding import deliberation_called
from boardpack.cli.options import READ_HELP, common, unlocked, unlocking
from boardpack.cli.show_cmd import deliberation_line
from boardpack.cli.terminal import Terminal
from boardpack.domain import clock
from boardpack.messages import _
from boardpack.services.files import read_file, write_file
from signing import pades
from signing.backends.pkcs12 import Pkcs12Signer


@click.command("sign")
@click.argument("source", metavar="IN", required=False, type=click.Path(path_type=Path))
@click.option("--p12", required=True, type=click.Path(path_type=Path), help="Certificate file.")
@click.option("--field", help="Signature field, as Maire; it is added when the PDF has none.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="New file, signed.")
@click.option("--reason", help="Why, in words.")
@click.option("--deliberation", help="Instead of IN: a deliberation of your profile.")
@click.option("--sha256", help="With --deliberation: digest of the version that you read.")
@click.option(
    "--passphrase-from", metavar="FILE|-", help=f"Passphrase of the certificate: {READ_HELP}"
)
@unlocking
@common
def command(  # noqa: PLR0913 one for each option
    terminal: Terminal,
    *,
    unlock_from: str | None,
    source: Path | None,
    p12: Path,
    field: str | None,
    output: Path | None,
    reason: str | None,
    deliberation: str | None,
    sha256: str | None,
    passphrase_from: str | None,
) -> None:
    """Sign the PDF IN (PAdES B-B), which stays as it is, into a new file.

    With --deliberation the signature goes to the outbox and is sent by the next exchange. From
    standard input the PIN of the profile comes first, then the passphrase.
    """
    if deliberation is not None:
        _sign_deliberation(terminal, unlock_from, deliberation, sha256, p12, passphrase_from)
        return
    if source is None or field is None or output is None:
        needed = {"IN": source, "--field": field, "--output": output}
        missing = ", ".join(name for name, given in needed.items() if given is None)
        raise CommandUsageError(detail=_("{name} is missing").format(name=missing))
    if output.exists():
        raise TargetExistsError(file=output.name)
    pdf, key = read_file(source), read_file(p12)
    passphrase = _passphrase(terminal, passphrase_from)
    with Pkcs12Signer.open(key, passphrase) as signer:
        signed = pades.sign(pdf, field, signer, moment=clock.now(), reason=reason)
        name = signer.facts.name
    write_file(output, signed)
    value = {
        "file": output,
        "field": field,
        "signer": name,
        "level": "B-B",
        "sha256": hashlib.sha256(signed).hexdigest(),
        "size": len(signed),
    }
    terminal.show(value, [texts.joined(str(output), field, name)])


def _passphrase(terminal: Terminal, source: str | None) -> bytes:
    return terminal.ask(source, "--passphrase-from", _("Passphrase of the certificate")).encode()


def _sign_deliberation(
    terminal: Terminal,
    unlock_from: str | None,
    deliberation_id: str,
    sha256: str | None,
    p12: Path,
    passphrase_from: str | None,
) -> None:
    key = read_file(p12)
    with unlocked(terminal, unlock_from) as profile:
        session = deliberation_called(profile.sessions, deliberation_id)
        read = sha256 or session.signing.open_for_reading(deliberation_id).sha256
        passphrase = _passphrase(terminal, passphrase_from)
        session.signing.sign(
            deliberation_id, read, key, passphrase, lambda stage: terminal.progress(stage.value)
        )
        terminal.progress("")
        row = session.signing.deliberation(deliberation_id)
        terminal.show(row, [deliberation_line(row)])
