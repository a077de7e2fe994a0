"""`boardpack sync`: send what waits, receive what is new."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import click

from boardpack.cli import offline, texts
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.domain.errors import ActionableError, BoardpackError
from boardpack.messages import _, error_text, ngettext
from boardpack.services.holding import Choices, Metered
from boardpack.services.program import Session
from boardpack.services.rejections import DoubtRow, RejectedRow
from boardpack.services.steering import SteeringService
from boardpack.services.sync_state import SyncState
from boardpack.services.synchronize import SyncReport


@click.command("sync")
@click.option("--wait", is_flag=True, help="Stay until the turn of every file has come.")
@click.option("--metered", "how", flag_value="metered", help="Fetch only small files, this time.")
@click.option("--all", "how", flag_value="all", help="Fetch every file, this time.")
@click.option("--pause", "how", flag_value="pause", help="Fetch no documents until --resume.")
@click.option("--resume", "how", flag_value="resume", help="Fetch documents again.")
@unlocking
@common
def command(terminal: Terminal, *, unlock_from: str | None, wait: bool, how: str | None) -> int:
    """Exchange once with each server of the profile; one that fails keeps no other from it.

    What you wrote is always sent. Ends with 3 when the server refused something of yours, or this
    device something of the server's: it is listed with the reason.
    """
    with unlocked(terminal, unlock_from, whole=True) as profile:
        for session in profile.sessions:
            _steer(session.steering, how)
        refused = [
            _exchange(terminal, session, profile.heading(session.server), wait=wait)
            for session in profile.sessions
        ]
    return terminal.failed or (ActionableError.exit_code if any(refused) else 0)


def _steer(steering: SteeringService, how: str | None) -> None:
    match how:
        case "pause":
            steering.pause()
        case "resume":
            steering.resume()
        case "metered":
            steering.for_now(replace(steering.choices, metered=Metered.ALWAYS))
        case "all":
            steering.for_now(Choices(metered=Metered.NEVER))


def _exchange(terminal: Terminal, session: Session, heading: Sequence[str], *, wait: bool) -> bool:
    """Exchange with one server; tell whether something was refused on one side or the other."""
    named = session.server if heading else ""
    report = SyncReport()
    try:
        report = exchange(terminal, session)
        while wait and report.next_in and not report.code:
            time.sleep(report.next_in)
            report = exchange(terminal, session)
        rejected = session.synchronizing.rejected()
        doubts = session.synchronizing.doubts()
        facts = {"server": session.server, "report": report, "rejected": rejected, "doubts": doubts}
        terminal.show(facts, (*heading, *report_lines(report, rejected), *doubt_lines(doubts)))
        if report.error is not None:
            terminal.fail(report.error, named)
        session.upkeep.run_if_due()
    except BoardpackError as error:
        terminal.fail(error, named)
    return bool(report.rejected or report.doubts)


def exchange(terminal: Terminal, session: Session) -> SyncReport:
    """Exchange once and show how far it is."""

    def tell(state: SyncState) -> None:
        if state.to_receive:
            terminal.progress(offline.progress(state))

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
    yield from offline.report(report)
    for row in rejected:
        text = error_text(row.code, row.parameters)
        yield texts.joined(_("Refused"), row.title, text.title, f"[{text.code}]")


def doubt_lines(doubts: tuple[DoubtRow, ...]) -> Iterator[str]:
    """Yield what this device refused of the server's word, or must say about it."""
    for row in doubts:
        text = error_text(row.code, row.parameters)
        yield texts.joined(_("To be checked"), text.title, text.safe, text.do, f"[{text.code}]")
