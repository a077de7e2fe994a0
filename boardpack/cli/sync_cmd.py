"""`boardpack sync`: send what waits, receive what is new."""

from __future__ import annotations

from collections.abc import Iterator

import click

from boardpack.cli import texts
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.domain.errors import ActionableError
from boardpack.messages import _, error_text, ngettext
from boardpack.services.program import Session
from boardpack.services.read_models import SyncState
from boardpack.services.rejections import RejectedRow
from boardpack.services.synchronize import SyncReport


@click.command("sync")
@unlocking
@common
def command(terminal: Terminal, *, unlock_from: str | None) -> int:
    """Exchange with the server once.

    Ends with 3 when the server refused something of yours: it is listed with the reason.
    """
    with unlocked(terminal, unlock_from) as session:
        report = exchange(terminal, session)
        rejected = session.synchronizing.rejected()
        terminal.show({"report": report, "rejected": rejected}, report_lines(report, rejected))
        if report.error is not None:
            raise report.error
    return ActionableError.exit_code if report.rejected else 0


def exchange(terminal: Terminal, session: Session) -> SyncReport:
    """Exchange once and show how far it is."""

    def tell(state: SyncState) -> None:
        if state.to_receive:
            terminal.progress(
                _("{received} of {all} received").format(
                    received=texts.size(state.received), all=texts.size(state.to_receive)
                )
            )

    report = session.synchronizing.sync_once(tell)
    terminal.progress("")
    return report


def report_lines(report: SyncReport, rejected: tuple[RejectedRow, ...]) -> Iterator[str]:
    """Yield what an exchange came to, and what was refused."""
    sent = ngettext("{number} action sent", "{number} actions sent", report.sent)
    files = ngettext("{number} file received", "{number} files received", report.received_files)
    yield texts.joined(
        sent.format(number=report.sent),
        files.format(number=report.received_files),
        texts.size(report.received_bytes),
    )
    if report.incomplete:
        left = ngettext(
            "{number} file could not be had this time",
            "{number} files could not be had this time",
            report.incomplete,
        )
        yield left.format(number=report.incomplete)
    for row in rejected:
        text = error_text(row.code, row.parameters)
        yield texts.joined(_("Refused"), row.title, text.title, f"[{text.code}]")
