"""`boardpack notes`: list my notes, or save them as text."""

from __future__ import annotations

from pathlib import Path

import click

from boardpack.cli import texts
from boardpack.cli.errors import TargetExistsError
from boardpack.cli.finding import sitting_called
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.terminal import STANDARD_INPUT, Terminal
from boardpack.messages import _, ngettext
from boardpack.services.files import write_file
from boardpack.services.note_export import as_markdown, mine
from boardpack.services.note_text import whole_text
from boardpack.services.read_models import NoteRow


@click.command("notes")
@click.option("--export", "target", metavar="FILE|-", help="Save as Markdown; - prints it.")
@click.option("--sitting", help="Only of this sitting.")
@unlocking
@common
def command(
    terminal: Terminal, *, unlock_from: str | None, target: str | None, sitting: str | None
) -> None:
    """List your notes, and those shared with you. The server holds them all sealed."""
    with unlocked(terminal, unlock_from, whole=sitting is None) as profile:
        if sitting is None:
            rows = profile.together.notes()
        else:
            session, sitting_id = sitting_called(profile.sessions, sitting)
            rows = session.notes.all(sitting_id=sitting_id)
        if target == STANDARD_INPUT:
            text = as_markdown(mine(rows))
            terminal.show({"notes": len(rows), "markdown": text}, text.splitlines())
        elif target is not None:
            path = Path(target)
            if path.exists():
                raise TargetExistsError(file=path.name)
            write_file(path, as_markdown(mine(rows)).encode())
            count = len(mine(rows))
            saved = ngettext("{number} note saved", "{number} notes saved", count)
            terminal.show({"file": path, "notes": count}, [saved.format(number=count)])
        else:
            terminal.show(rows, [line(row) for row in rows] or [_("No note.")])


def line(row: NoteRow) -> str:
    """Return a note on one line."""
    note = row.note
    quote = note.anchor.quote
    shared = _("shared with {names}").format(names=", ".join(row.readers)) if row.readers else ""
    return texts.joined(
        "" if row.mine else _("by {author}").format(author=row.author_name),
        shared,
        texts.moment(row.sitting_starts_at),
        row.assembly.short_name,
        f"{row.item_number}. {row.item_title}" if row.item_number else row.document_title,
        _("p. {number}").format(number=note.anchor.page_index + 1),
        f"« {quote.exact} »" if quote and quote.exact else "",
        " ".join(whole_text(note).split()),
    )
