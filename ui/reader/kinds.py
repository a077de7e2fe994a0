"""The kinds of notes: a word and an icon each."""

from __future__ import annotations

from typing import Final

from boardpack.annotation.note import NoteKind
from boardpack.messages import _

ICONS: Final = {
    NoteKind.HIGHLIGHT: "marker",
    NoteKind.NOTE: "note-text-outline",
    NoteKind.INK: "draw",
}


def kind_name(kind: NoteKind) -> str:
    """Return what a person calls this kind of note."""
    return {
        NoteKind.HIGHLIGHT: _("Highlight"),
        NoteKind.NOTE: _("Note"),
        NoteKind.INK: _("Drawing"),
    }[kind]
