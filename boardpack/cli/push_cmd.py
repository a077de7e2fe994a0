"""`boardpack push`: a folder becomes a sitting and is sent; or acts are placed to be signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from boardpack.cli.errors import CommandUsageError
from boardpack.cli.finding import person_called, sitting_called
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.push_lines import act_lines, draft_lines
from boardpack.cli.sync_cmd import exchange
from boardpack.cli.terminal import Terminal
from boardpack.domain.errors import ActionableError
from boardpack.messages import _
from boardpack.services.draft_models import EVERY_ABSENT, Corrections, DraftView
from boardpack.services.errors import NothingToSendError
from boardpack.services.program import Session

_MOMENTS: Final = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]


@dataclass(frozen=True)
class Wish:
    """What the options of a push say."""

    folder: Path
    dry_run: bool
    assembly: str | None
    title: str | None
    place: str | None
    starts: datetime | None
    not_before: datetime | None
    sitting: str | None
    as_new: bool
    withdraw_missing: bool
    to_sign: str | None
    secretary: str | None
    no_sync: bool

    @property
    def corrections(self) -> Corrections:
        """What is said of the sitting itself."""
        return Corrections(
            title=self.title,
            place=self.place,
            starts_at=self.starts,
            withdraw=(EVERY_ABSENT,) if self.withdraw_missing else None,
        )


@click.command("push")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what was understood.")
@click.option("--assembly", help="Identifier, short name or name; wins over sitting.toml.")
@click.option("--title", help="Title of the sitting.")
@click.option("--place", help="Where it takes place.")
@click.option("--starts", type=click.DateTime(_MOMENTS), help='There: "2026-09-24 18:30".')
@click.option("--not-before", type=click.DateTime(_MOMENTS), help="Members are told then.")
@click.option("--sitting", help="The sitting that this corrects.")
@click.option("--new", "as_new", is_flag=True, help="A new sitting, whatever was sent before.")
@click.option("--withdraw-missing", is_flag=True, help="Take out what the folder has no longer.")
@click.option("--to-sign", metavar="SITTING", help="Place the PDFs of FOLDER to be signed.")
@click.option("--secretary", help="With --to-sign: name of the sitting secretary.")
@click.option("--no-sync", is_flag=True, help="Leave it in the outbox.")
@unlocking
@common
def command(terminal: Terminal, /, *, unlock_from: str | None, **options: object) -> int:
    """Understand FOLDER as a sitting and send it; a second time, only what changed."""
    wish = msgspec.convert(options, Wish)
    if wish.secretary is not None and wish.to_sign is None:
        raise CommandUsageError(detail=_("{name} is missing").format(name="--to-sign"))
    with unlocked(terminal, unlock_from) as profile:
        session = profile.only(lambda each: each.me.prepares)
        if wish.to_sign is not None:
            return _place(terminal, session, wish, wish.to_sign)
        return _push(terminal, session, wish)


def _push(terminal: Terminal, session: Session, wish: Wish) -> int:
    view = session.publishing.examine(
        wish.folder,
        wish.assembly,
        lambda done, count, name: terminal.progress(f"{done}/{count} {name}"),
        sitting_id=sitting_called([session], wish.sitting)[1] if wish.sitting else "",
        as_new=wish.as_new,
        corrections=wish.corrections,
        keep=not wish.dry_run,
    )
    terminal.progress("")
    if wish.dry_run:
        terminal.show(_as_json(view), draft_lines(view))
        return 0
    terminal.tell("\n".join(draft_lines(view)))
    try:
        session.publishing.publish(view, not_before=wish.not_before)
    except NothingToSendError:
        value = {"sent": False, "draft": _as_json(view), "exchange": None}
        terminal.show(value, [_("Nothing has changed: nothing was sent.")])
        return 0
    said = _("Put in the outbox: revision {number}.").format(number=view.revision)
    return _exchange(terminal, session, wish, {"sent": True, "draft": _as_json(view)}, said)


def _as_json(view: DraftView) -> dict[str, object]:
    """Return a draft for programs, with what the view computes."""
    found: dict[str, object] = msgspec.to_builtins(view)
    return found | {"sendable": view.sendable}


def _place(terminal: Terminal, session: Session, wish: Wish, sitting: str) -> int:
    sitting_id = sitting_called([session], sitting)[1]
    publishing = session.publishing
    files = publishing.examine_deliberations(sitting_id, [wish.folder])
    secretary_id = ""
    if wish.secretary is not None:
        assembly_id = session.reading.sitting(sitting_id).row.assembly.assembly_id
        secretary_id = person_called(publishing.people(assembly_id), wish.secretary)
    signatories = publishing.signatories(sitting_id, secretary_id)
    value: dict[str, object] = {
        "sitting_id": sitting_id,
        "deliberations": files,
        "signatories": signatories,
    }
    if wish.dry_run:
        terminal.show(value, act_lines(files, signatories))
        return 0
    terminal.tell("\n".join(act_lines(files, signatories)))
    publishing.place(sitting_id, files, signatories)
    said = _("Put in the outbox: {number} to be signed.").format(number=len(files))
    return _exchange(terminal, session, wish, value, said)


def _exchange(
    terminal: Terminal, session: Session, wish: Wish, value: dict[str, object], said: str
) -> int:
    """Send it at once, unless the person wants it to wait; it is safe in the outbox anyway."""
    report = None if wish.no_sync else exchange(terminal, session)
    terminal.show(value | {"exchange": report}, [said])
    if report is not None and report.error is not None:
        raise report.error
    return ActionableError.exit_code if report is not None and report.rejected else 0
