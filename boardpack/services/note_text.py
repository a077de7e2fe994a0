"""All that a note says, when two devices wrote in it at the same time."""

from __future__ import annotations

from babel.dates import format_datetime

from boardpack.annotation.note import Note
from boardpack.messages import _, language


def whole_text(note: Note) -> str:
    """Return the text of a note, then what other devices wrote, each under its device's name."""
    parts = [note.text] if note.text else []
    for other in note.others:
        when = format_datetime(other.written.astimezone(), "short", locale=language())
        source = _("From {device}, {when}").format(device=other.device, when=when)
        parts.append(f"— {source} —\n{other.text}")
    return "\n\n".join(parts)
