"""`boardpack sittings`: one list over all assemblies."""

from __future__ import annotations

import click

from boardpack.cli import offline, texts
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.messages import _, ngettext
from boardpack.services.read_models import SittingRow


@click.command("sittings")
@click.option("--past", is_flag=True, help="Past sittings, the last first.")
@click.option("--all", "everything", is_flag=True, help="Coming sittings, then past ones.")
@unlocking
@common
def command(terminal: Terminal, *, unlock_from: str | None, past: bool, everything: bool) -> None:
    """List the coming sittings of all your assemblies."""
    with unlocked(terminal, unlock_from, whole=True) as profile:
        rows = profile.together.sittings(past=None if everything else past)
        terminal.show(rows, [line(row) for row in rows] or [_("No sitting.")])


def line(row: SittingRow) -> str:
    """Return a sitting on one line, its identifier last."""
    unread = ngettext("{number} unread", "{number} unread", row.unread)
    return texts.joined(
        texts.moment(row.starts_at),
        row.assembly.short_name,
        row.title,
        unread.format(number=row.unread) if row.unread else "",
        _("modified") if row.modified else "",
        offline.dossier(row),
        _("waits to be sent") if row.waiting else "",
        row.sitting_id,
    )
