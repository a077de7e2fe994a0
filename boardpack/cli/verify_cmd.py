"""`boardpack verify`: the strict verdict on the signatures of files, for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from boardpack.cli import texts
from boardpack.cli.options import common
from boardpack.cli.terminal import Terminal, to_json
from boardpack.domain import clock
from boardpack.domain.errors import ActionableError
from boardpack.messages import _
from boardpack.services.files import read_file
from boardpack.services.signing_models import FileVerdict, SignatureView
from boardpack.services.verifying import verify_file
from signing.reasons import reason_text


@click.command("verify")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--roots",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Certificates that you trust (PEM or DER); without any, nobody vouches for names.",
)
@click.option("--strict", is_flag=True, help='End with 3 unless every verdict is "valid".')
@common
def command(
    terminal: Terminal, *, files: tuple[Path, ...], roots: tuple[Path, ...], strict: bool
) -> int:
    """Verify the signatures of FILES. With --json: one object a line, one line a file."""
    trusted = [read_file(path) for path in roots]
    good = True
    for path in files:
        verdict = verify_file(path, trusted)
        good = good and verdict.verdict == "valid"
        if terminal.as_json:
            click.echo(to_json(as_json(verdict)))
        else:
            terminal.show(None, _lines(verdict))
    return ActionableError.exit_code if strict and not good else 0


def as_json(verdict: FileVerdict) -> dict[str, object]:
    """Return what `verify --json` prints for one file."""
    return {
        "file": verdict.file,
        "verdict": verdict.verdict,
        "signatures": [_signature(each) for each in verdict.signatures],
        "modifications": verdict.modifications,
        "reasons": verdict.reasons,
    }


def _signature(each: SignatureView) -> dict[str, object]:
    return {
        "field": each.field,
        "signer": each.signer,
        "level": each.level,
        "signing_time": clock.stamp(each.signing_time) if each.signing_time else None,
        "covers_whole_document": each.covers_whole_document,
        "integrity": each.integrity,
        "trust": each.trust,
        "reasons": each.reasons,
    }


def _lines(verdict: FileVerdict) -> Iterator[str]:
    words = {
        "valid": _("valid"),
        "invalid": _("INVALID"),
        "indeterminate": _("indeterminate"),
        "unsigned": _("unsigned"),
    }
    yield texts.joined(verdict.file, words[verdict.verdict])
    yield from (f"   {reason_text(code)}" for code in verdict.reasons)
    for each in verdict.signatures:
        yield "   " + texts.joined(
            each.field,
            each.signer,
            each.level,
            texts.moment(each.signing_time),
        )
        yield from (f"      {reason_text(code)}" for code in each.reasons)
