"""Whose notes these are, and who reads mine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NoteNames:
    """The names of people around some notes, by identifier of the note.

    Attributes:
        authors: of notes that others share with me; mine are not in it.
        readers: of mine, those who read it too; private ones are not in it.
    """

    authors: Mapping[str, str] = field(default_factory=dict)
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
