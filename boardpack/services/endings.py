"""Mandates that are over, and dossiers that close for want of contact. Store lane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from boardpack.services.changes import NOTHING, Announcer, Changes
from boardpack.services.context import Context
from boardpack.services.errors import InUseError
from boardpack.services.identity import Identity
from boardpack.services.library import Library
from boardpack.services.notes import NotesService
from boardpack.services.read_models import AssemblyBadge
from boardpack.store import aside, elapsed, leaving, locks
from boardpack.store.connection import Connection
from boardpack.store.locks import GRACE, Lock

#: So many days before dossiers close, the quiet line begins to say so.
WARNED: Final = 5


@dataclass(frozen=True)
class EndingRow:
    """A mandate that is over.

    Attributes:
        until: when the dossiers are erased, in the assembly's time zone.
        notes: how many notes of mine are on them.
    """

    assembly: AssemblyBadge
    until: datetime
    notes: int


class EndingsService:
    """Says what is closed and until when; erases what is over."""

    def __init__(
        self, context: Context, announcer: Announcer, identity: Identity, notes: NotesService
    ) -> None:
        """Work on this profile."""
        self._context = context
        self._announcer = announcer
        self._identity = identity
        self._notes = notes
        self._known: dict[str, Lock] = {}

    def rows(self) -> tuple[EndingRow, ...]:
        """Return the mandates that are over, the first to be erased first."""
        library = Library(self._context)
        found = (
            EndingRow(
                assembly=library.badge(assembly_id),
                until=library.local(since + GRACE, assembly_id),
                notes=len(self._notes.of_assembly(assembly_id)),
            )
            for assembly_id, since in locks.endings(self._context.store.connection).items()
        )
        return tuple(sorted(found, key=lambda row: row.until))

    def erase(self, assembly_id: str) -> Changes:
        """Erase the dossiers of a mandate that is over: their keys in one step, then the files.

        Notes stay the person's, sealed on the server; deliberations that they were to sign stay.

        Raises:
            InUseError: the mandate runs.
        """
        with self._context.store.transaction() as connection:
            if assembly_id not in locks.endings(connection):
                raise InUseError
            changes = leaving.leave(connection, assembly_id)
        return self._gone(changes)

    def tick(self) -> Changes:
        """Let time do its work: close what waited too long, erase what is over.

        Called when the profile opens and after each exchange, reached or not.
        """
        with self._context.store.transaction() as connection:
            elapsed.keep(connection)
            changes, gone = leaving.expire(connection)
            now_closed = locks.locks(connection)
        closed, self._known = self._known, now_closed
        if gone:
            return self._gone(changes)
        if closed.keys() == now_closed.keys():
            return NOTHING
        return self._announcer.announce(Changes(everything=True))

    def _gone(self, changes: Changes) -> Changes:
        self._context.blobs.sweep()
        aside.remove(self._context.store.folder)
        self._known = locks.locks(self._context.store.connection)
        self._identity.refresh(changes)
        return self._announcer.announce(changes)


def closing(connection: Connection) -> int | None:
    """Return in how many days the first dossiers close, 0 when some are; None when not soon."""
    now = elapsed.present(connection)
    first = min(locks.leases(connection).values(), default=None)
    if first is None or first - now > timedelta(days=WARNED):
        return None
    return max(0, math.ceil((first - now) / timedelta(days=1)))
