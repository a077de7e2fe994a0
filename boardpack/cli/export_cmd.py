"""`boardpack export`: a sitting as a folder that can be pushed again; receipts as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from boardpack.cli.errors import CommandUsageError, TargetExistsError
from boardpack.cli.finding import sitting_called
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.messages import _, ngettext
from boardpack.services.exporting import Exported, ExportingService


@click.command("export")
@click.argument("sitting")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="New or empty folder for the documents.",
)
@click.option(
    "--receipts",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New CSV file for the receipts, for its secretariat.",
)
@unlocking
@common
def command(
    terminal: Terminal,
    *,
    unlock_from: str | None,
    sitting: str,
    output: Path | None,
    receipts: Path | None,
) -> None:
    """Save the documents of SITTING, in clear, where you say."""
    if output is None and receipts is None:
        raise CommandUsageError(detail=_("{name} is missing").format(name="--output"))
    for target in (output, receipts):
        _refuse_existing(target)
    with unlocked(terminal, unlock_from) as profile:
        session, sitting_id = sitting_called(profile.sessions, sitting)
        if receipts is not None:
            session.following.export_csv(sitting_id, receipts)
        exported = None
        if output is not None:
            exported = ExportingService(session.context).export_sitting(sitting_id, output)
        value = {"sitting_id": sitting_id, "documents": exported, "receipts": receipts}
        terminal.show(value, _lines(exported, receipts))


def _refuse_existing(target: Path | None) -> None:
    if target is None or not target.exists():
        return
    if not target.is_dir() or any(target.iterdir()):
        raise TargetExistsError(file=target.name)


def _lines(exported: Exported | None, receipts: Path | None) -> Iterator[str]:
    if exported is not None:
        count = len(exported.files)
        saved = ngettext("{number} file saved", "{number} files saved", count)
        yield saved.format(number=count)
        for title in exported.missing:
            yield _("Not here yet: {title}").format(title=title)
    if receipts is not None:
        yield str(receipts)
