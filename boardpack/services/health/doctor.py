"""Examining a profile without changing it, and repairing it: for `boardpack doctor` and the window.

An examination goes as far as it can: folder, profile, lock, who holds the key; then, with the
secret, log, database, content, files. A repair mends in the same order, then looks a second time:
what it says it did is what that look no longer found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from boardpack.domain.errors import BoardpackError
from boardpack.services.account import NotEnrolledError
from boardpack.services.health import contents, database, files, holder, mending, surroundings
from boardpack.services.health.files import Progress
from boardpack.services.health.findings import Finding, Mend, Report, after_repair, raised
from boardpack.store import aside, keys, own
from boardpack.store.database import Store
from boardpack.store.errors import DiskFullError, DiskRefusedError, NewerStoreError

#: With one of these left to the person there is no store to open.
_CLOSED: Final = frozenset({"store.unreadable", "store.missing", "store.damaged"})


@dataclass(frozen=True)
class Outside:
    """What is known without the secret.

    Attributes:
        profile: None when nothing says whose profile this is.
        can_unlock: asking for the secret makes sense.
    """

    findings: tuple[Finding, ...]
    profile: keys.Profile | None
    can_unlock: bool


class Doctor:
    """Looks after the profile in one folder. No other boardpack may have it open."""

    def __init__(self, folder: Path, progress: Progress | None = None) -> None:
        """Examine `folder`; `progress` is told how many files were read, of how many."""
        self._folder = folder
        self._progress = progress

    def look_outside(self) -> Outside:
        """Return what can be told without the secret.

        Raises:
            NotEnrolledError: there is no profile there.
        """
        folder = self._folder
        profile, findings = holder.look(folder) if folder.is_dir() else (None, [])
        if profile is None and not findings:
            raise NotEnrolledError
        locked = surroundings.look_at_lock(folder)
        findings += locked or surroundings.look(folder)
        held, faults = (False, []) if profile is None else holder.look_at_holder(folder, profile)
        return Outside(
            findings=(*findings, *faults),
            profile=profile,
            can_unlock=held and not locked,
        )

    def examine(self, secret: str, *, read_files: bool = True) -> Report:
        """Return all that is wrong; nothing is changed but the count of wrong secrets.

        Args:
            secret: PIN or passphrase.
            read_files: read every byte of every document as well.

        Raises:
            NotEnrolledError: there is no profile there.
            WrongSecretError: not its PIN or passphrase.
            TooSoonError: it was missed too often: wait.
        """
        return self._examine(self.look_outside(), secret, read_files=read_files)[0]

    def _examine(
        self, outside: Outside, secret: str, *, read_files: bool
    ) -> tuple[Report, bytes | None]:
        report = Report(outside.findings, aside=_names(self._folder))
        if outside.profile is None or not outside.can_unlock:
            return report, None
        # As at every unlocking, wrong secrets are counted; that count mends the file of the key.
        key = keys.unlock(self._folder, outside.profile, secret)
        return self._inside(report, key, read_files=read_files), key

    def _inside(self, report: Report, key: bytes, *, read_files: bool) -> Report:
        findings = list(report.findings)
        waiting, count = None, 0
        with database.look(self._folder, key) as seen:
            if seen.log is not None:
                waiting = own.actions(seen.log.rows)
            if seen.connection is not None and seen.readable:
                waiting = max(waiting or 0, contents.waiting(seen.connection))
                findings += contents.look(seen.connection, seen.log)
                if read_files:
                    count = len(files.held(seen.connection, self._folder))
                    findings += files.look(seen.connection, self._folder, self._progress)
                logged = own.file_names(seen.log.rows) if seen.log else ()
                findings += files.look_at_strays(seen.connection, self._folder, logged)
                findings += files.look_at_index(seen.connection, self._folder)
        findings += seen.findings
        return replace(report, findings=tuple(findings), waiting=waiting, files=count)

    def repair(self, secret: str, *, read_files: bool = True) -> Report:
        """Mend what can be mended; return what was found, and what of it is gone now.

        Raises:
            NotEnrolledError: there is no profile there.
            WrongSecretError: not its PIN or passphrase.
        """
        outside = self.look_outside()
        before, key = self._examine(outside, secret, read_files=read_files)
        failure: list[Finding] = []
        if outside.profile is not None and key is not None:
            try:
                self._mend(outside.profile, key, before)
            except BoardpackError as error:
                failure.append(raised(error, Mend.PERSON))
        after, _ = self._examine(self.look_outside(), secret, read_files=read_files)
        known = {each.code for each in after.findings}
        extra = tuple(each for each in failure if each.code not in known)
        return after_repair(before, replace(after, findings=(*after.findings, *extra)))

    def _mend(self, profile: keys.Profile, key: bytes, before: Report) -> None:
        found = {each.code: each.mend for each in before.findings}
        if DiskRefusedError.code in found:
            return
        mending.mend_beside(self._folder, profile, found)
        if {DiskFullError.code, NewerStoreError.code} & set(found):
            return
        if any(found.get(code) is Mend.PERSON for code in _CLOSED):
            return
        mending.mend_database(self._folder, key, found)
        store = Store.open(self._folder, key)
        try:
            mending.mend_contents(store, before.findings)
        finally:
            store.close()


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(path.name for path in aside.every(folder))
