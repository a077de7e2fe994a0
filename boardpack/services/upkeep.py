"""Looking after the store while nobody waits: once a day, all of it is read (docs/adr/0009)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from boardpack.domain import clock
from boardpack.services.context import Context
from boardpack.store import damage, meta
from boardpack.store.own import LAST_CHECK

INTERVAL: Final = timedelta(days=1)


class UpkeepService:
    """Reads the whole database, and looks that every file of a document is there."""

    def __init__(self, context: Context) -> None:
        """Look after this profile."""
        self._context = context

    def run_if_due(self) -> bool:
        """Look, unless that was done within a day; tell whether it looked.

        A file that is gone or cut is forgotten, so that the next exchange brings it. Runs on
        any lane but the store's.

        Raises:
            DamagedStoreError: some pages of the database are damaged: it must be repaired.
        """
        store, blobs = self._context.store, self._context.blobs
        if not self._context.in_store(self._due):
            return False
        with store.beside() as connection:
            found = damage.examine_in_use(connection)
            lost = () if found else blobs.lost(connection)
        damage.refuse(found)
        self._context.in_store(lambda: self._done(lost))
        return True

    def _due(self) -> bool:
        last = meta.read(self._context.store.connection, LAST_CHECK, datetime)
        now = clock.now()
        return last is None or not last <= now < last + INTERVAL

    def _done(self, lost: tuple[str, ...]) -> None:
        self._context.blobs.check(lost)
        with self._context.store.transaction() as connection:
            meta.write(connection, LAST_CHECK, clock.now())
