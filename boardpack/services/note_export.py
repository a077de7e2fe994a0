"""My notes as Markdown text: readable anywhere, even where boardpack is not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from babel.dates import format_date, format_datetime

from boardpack.annotation.note import NoteKind
from boardpack.messages import _, language
from boardpack.services.note_text import whole_text
from boardpack.services.read_models import NoteRow


def mine(rows: tuple[NoteRow, ...]) -> tuple[NoteRow, ...]:
    """Return my own notes alone."""
    return tuple(row for row in rows if row.mine)


def as_markdown(rows: tuple[NoteRow, ...]) -> str:
    """Return the notes, which come sorted, with a heading for each sitting and document."""
    return "\n".join(_lines(rows)).rstrip() + "\n"


def _lines(rows: tuple[NoteRow, ...]) -> Iterator[str]:
    yield f"# {_('My notes')}"
    yield ""
    if not rows:
        yield _("No note.")
    for _sitting, of_sitting in groupby(rows, key=lambda row: row.sitting_id):
        notes = list(of_sitting)
        yield from _sitting_lines(notes[0])
        for _document, group in groupby(notes, key=lambda row: row.note.document_id):
            of_document = list(group)
            yield from _document_lines(of_document[0])
            for row in of_document:
                yield from _note_lines(row)
            yield ""


def _sitting_lines(row: NoteRow) -> Iterator[str]:
    when = format_datetime(row.sitting_starts_at, "EEEE d MMMM y, HH:mm", locale=language())
    where = " · ".join(filter(None, (row.assembly.authority_name, row.assembly.name)))
    yield f"## {_plain(row.sitting_title)}"
    yield ""
    yield " — ".join(filter(None, (_plain(where), when)))
    yield ""


def _document_lines(row: NoteRow) -> Iterator[str]:
    title = _plain(row.document_title)
    if row.item_number:
        title = f"{row.item_number}. {_plain(row.item_title)}"
        if row.document_title != row.item_title:
            title += f" — {_plain(row.document_title)}"
    yield f"### {title}"
    yield ""


def _note_lines(row: NoteRow) -> Iterator[str]:
    note = row.note
    page = _("p. {number}").format(number=note.anchor.page_index + 1)
    created = note.created.astimezone(row.sitting_starts_at.tzinfo)
    day = format_date(created, "short", locale=language())
    words = [f"**{page}** ({day})"]
    if row.on_version and row.on_version < row.current_version:
        words.append(_("on version {number}").format(number=row.on_version))
    if note.tags:
        words.append(", ".join(_plain(tag) for tag in note.tags))
    yield "- " + " · ".join(words)
    if note.kind is NoteKind.HIGHLIGHT and note.anchor.quote and note.anchor.quote.exact:
        yield f"  > {_plain(note.anchor.quote.exact)}"
    if note.kind is NoteKind.INK:
        yield f"  *{_('Drawing')}*"
    text = whole_text(note).strip()
    if text:
        yield ""
        yield from (f"  {_plain(line)}".rstrip() for line in text.splitlines())


def _plain(text: str) -> str:
    """Keep a person's words from being read as marks of Markdown."""
    joined = " ".join(text.split())
    return "".join(f"\\{each}" if each in "\\`*_[]<>#" else each for each in joined)
