"""After a profile was erased: telling the server, telling the person, beginning anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import Registrar
from boardpack.services.accounts import Accounts
from boardpack.store import farewell

Registrars: TypeAlias = Callable[[str], Registrar]


@dataclass(frozen=True)
class Erased:
    """What was erased, by whose order.

    Attributes:
        ordered: by IT; False: the person asked for it.
        complete: nothing is left; otherwise the keyring still holds a key and must be unlocked.
        told: the server knows.
    """

    at: datetime
    ordered: bool
    reason: str
    device_name: str
    authority_name: str
    server_url: str
    complete: bool
    told: bool


class FarewellService:
    """What stays of erased accounts. Any lane but the window's."""

    def __init__(self, accounts: Accounts, registrars: Registrars) -> None:
        """Look at the folders of `accounts`; `registrars` reaches a server by its address."""
        self._accounts = accounts
        self._registrars = registrars

    def _notes(self) -> Iterator[tuple[Path, farewell.Farewell]]:
        """Go on erasing what a crash left; yield each folder that was erased, and its note."""
        for account in self._accounts.every():
            note = farewell.finish(account.folder) if account.session is None else None
            if note is not None:
                yield account.folder, note

    def find(self) -> Erased | None:
        """Return what was erased, None when nothing was."""
        for _, note in self._notes():
            return Erased(
                at=note.at,
                ordered=note.ordered,
                reason=note.reason,
                device_name=note.device_name,
                authority_name=note.authority_name,
                server_url=note.server_url,
                complete=note.complete,
                told=note.told,
            )
        return None

    def tell(self) -> bool:
        """Tell the servers what is erased; tell whether none need be tried again.

        Network lane. Being offline is no event.
        """
        told = [self._tell(folder, note) for folder, note in self._notes()]
        return all(told)

    def _tell(self, folder: Path, note: farewell.Farewell) -> bool:
        if note.told:
            return True
        if not note.complete:
            return False
        try:
            self._send(note)
        except BoardpackError as error:
            # A portal's page is no answer; the server's own "no" is final.
            if not error.code.startswith("device."):
                return False
        farewell.save(folder, replace(note, told=True))
        return True

    def _send(self, note: farewell.Farewell) -> None:
        registrar = self._registrars(note.server_url)
        try:
            registrar.tell_erased(note.statement)
        finally:
            registrar.close()

    def forget(self) -> None:
        """Begin anew: the person has read what happened. What still holds a key stays."""
        for folder, note in self._notes():
            if note.complete:
                farewell.forget(folder)
        self._accounts.tidy()
