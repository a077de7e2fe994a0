"""Notes as rows of a list; pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from boardpack.annotation.note import Note
from boardpack.annotation.palette import colour
from boardpack.annotation.text import fold
from boardpack.messages import _, ngettext
from boardpack.services.read_models import NoteRow
from ui import formats
from ui.models.rows import Chip, Row
from ui.reader.kinds import ICONS, kind_name
from ui.reader.tags import tag_name


def shown_text(note: Note) -> str:
    """Return the first thing to read of a note: its text, else the passage, else its kind."""
    quote = note.anchor.quote.exact if note.anchor.quote else ""
    return note.text or (f"« {quote} »" if quote else kind_name(note.kind))


def matches(row: NoteRow, query: str) -> bool:
    """Tell whether a note holds `query`, accents and case aside."""
    quote = row.note.anchor.quote.exact if row.note.anchor.quote else ""
    author = "" if row.mine else row.author_name
    texts = (row.note.text, author, quote, row.document_title, row.item_title, *row.note.tags)
    return fold(query) in fold(" ".join(texts))


def is_older(row: NoteRow) -> bool:
    """Tell whether a note stands on a version that is no longer the one in force."""
    return row.on_version != row.current_version


def note_row(row: NoteRow) -> Row:
    """Return the row of one note."""
    note = row.note
    place = _("page {page}").format(page=note.anchor.page_index + 1)
    item = _("Item {number}").format(number=row.item_number) if row.item_number else ""
    quote = note.anchor.quote.exact if note.text and note.anchor.quote else ""
    chips = [Chip(tag_name(tag)) for tag in note.tags]
    if not row.mine:
        chips.insert(0, Chip(_("By {author}").format(author=row.author_name), "accent"))
    if row.readers:
        count = len(row.readers)
        text = ngettext("Shared with {count}", "Shared with {count}", count)
        chips.append(Chip(text.format(count=count), "success"))
    if is_older(row):
        chips.append(Chip(_("On version {number}").format(number=row.on_version), "warning"))
    if note.others:
        chips.append(Chip(_("Two texts"), "warning"))
    if row.waiting:
        chips.append(Chip(_("To be sent")))
    return Row(
        key=note.note_id,
        title=shown_text(note),
        detail=" · ".join(part for part in (item, row.document_title, place) if part),
        icon=ICONS[note.kind],
        icon_colour="text_secondary",
        chips=tuple(chips),
        quote=quote,
        trail="chevron-right",
        spoken=", ".join((kind_name(note.kind), _(colour(note.colour).label))),
    )


def by_sitting(rows: Iterable[NoteRow]) -> list[tuple[NoteRow, tuple[Row, ...]]]:
    """Return the rows of each sitting, with one of its notes to make the heading from."""
    found = []
    for _sitting, group in groupby(rows, key=lambda row: (row.assembly.account, row.sitting_id)):
        notes = list(group)
        found.append((notes[0], tuple(note_row(each) for each in notes)))
    return found


def heading(row: NoteRow) -> str:
    """Return the heading of the sitting that `row` belongs to."""
    told = any(letter.isdigit() for letter in row.sitting_title)
    date = "" if told else formats.day(row.sitting_starts_at)
    return " · ".join(part for part in (row.assembly.short_name, row.sitting_title, date) if part)
