"""`boardpack doctor`: what is wrong with this profile, what is safe, what to do; and mending it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click

from boardpack.bootstrap import open_program
from boardpack.cli.options import accounts_called, common, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.domain.errors import BoardpackError
from boardpack.messages import _, error_text, ngettext
from boardpack.services.account import ProfileState
from boardpack.services.accounts import OtherSecretError
from boardpack.services.health.doctor import Doctor, Outside
from boardpack.services.health.findings import Finding, Mend, Report, raised
from boardpack.services.program import Program


@click.command("doctor")
@unlocking
@click.option("--repair", is_flag=True, help="Mend what can be mended, then look again.")
@click.option("--quick", is_flag=True, help="Do not read every byte of every document.")
@common
def command(terminal: Terminal, *, unlock_from: str | None, repair: bool, quick: bool) -> int:
    """Examine this profile without changing it.

    Ends with 0 when all is well or mended, 3 when you can do something, 75 or 70 otherwise.
    """
    program = open_program(terminal.profile)
    folders = _folders(terminal, program)
    doctors = [
        (state, Doctor(folder, lambda done, count: _tell(terminal, done, count)))
        for state, folder in folders
    ]
    outside = [doctor.look_outside() for _, doctor in doctors]
    several = len(program.folders()) > 1
    wish = Wish(repair=repair, read_files=not quick)
    if any(each.can_unlock for each in outside):
        secret = terminal.ask(unlock_from, "--unlock-from", _("PIN or passphrase"))
        # Each account judges it, so that attempts are counted alike.
        wish = replace(wish, secret=secret, admitted=program.admit(secret) if several else None)
    codes = []
    for (state, doctor), seen in zip(doctors, outside, strict=True):
        report = wish.look(state.account, doctor, seen)
        terminal.progress("")
        heading = [f"{state.server}:"] if several else []
        terminal.show(as_json(report, state.server), (*heading, *lines(report)))
        codes.append(report.exit_code)
    return next(filter(None, codes), 0)


@dataclass(frozen=True)
class Wish:
    """What the options say.

    Attributes:
        admitted: accounts that the secret opens; None where there is but one.
    """

    repair: bool
    read_files: bool
    secret: str = ""
    admitted: frozenset[str] | None = None

    def look(self, account: str, doctor: Doctor, seen: Outside) -> Report:
        """Examine or repair one account."""
        if not seen.can_unlock:
            return Report(seen.findings)
        look = doctor.repair if self.repair else doctor.examine
        if self.admitted is None:
            return look(self.secret, read_files=self.read_files)
        if account not in self.admitted:
            return Report((*seen.findings, raised(OtherSecretError(), Mend.PERSON)))
        try:
            return look(self.secret, read_files=self.read_files)
        except BoardpackError as error:
            return Report((*seen.findings, raised(error, Mend.PERSON)))


def _folders(terminal: Terminal, program: Program) -> Sequence[tuple[ProfileState, Path]]:
    """Return the accounts to look at; the folder of the profile where there is none."""
    folders = program.folders()
    if not folders:
        return [(program.profile_state(), program.profile)]
    names = accounts_called([state for state, _ in folders], terminal.server)
    return [each for each in folders if each[0].account in names]


def _tell(terminal: Terminal, done: int, count: int) -> None:
    terminal.progress(_("{number} of {all} files read").format(number=done, all=count))


def as_json(report: Report, server: str) -> dict[str, object]:
    """Return what `doctor --json` prints of one account."""
    return {
        "server": server,
        "findings": [_finding(each) for each in report.findings],
        "repaired": report.repaired,
        "waiting": report.waiting,
        "files": report.files,
        "aside": report.aside,
    }


def _finding(finding: Finding) -> dict[str, object]:
    text = asdict(error_text(finding.code, finding.parameters))
    return {
        "finding": text.pop("code"),
        "subject": finding.subject,
        "parameters": finding.parameters,
        "mend": finding.mend,
        "mended": finding.mended,
        **text,
    }


def lines(report: Report) -> Iterator[str]:
    """Yield each finding, then what waits to be sent and what was set aside."""
    if not report.findings:
        yield _("Nothing is wrong with this profile.")
    for finding in report.findings:
        text = error_text(finding.code, finding.parameters)
        yield text.title
        yield "  " + (_("Mended.") if finding.mended else f"{text.safe}\n  {text.do}")
        yield f"  [{text.code}]" + (f" {finding.subject}" if finding.subject else "")
    if report.waiting is not None:
        waiting = ngettext(
            "{number} action waits to be sent: it is there.",
            "{number} actions wait to be sent: they are there.",
            report.waiting,
        )
        yield waiting.format(number=report.waiting)
    for name in report.aside:
        yield _("Set aside, sealed: {name}").format(name=name)
