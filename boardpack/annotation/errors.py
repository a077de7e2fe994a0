"""What can go wrong with annotations."""

from __future__ import annotations

from boardpack.domain.errors import SurroundingsError


class UnreadableNoteError(SurroundingsError):
    """Bytes that should hold a note hold none: damaged, or of a newer version."""

    code = "annotation.unreadable"
