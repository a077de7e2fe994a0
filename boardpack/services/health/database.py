"""Looking at the database and at the log of the person's own work, without changing either."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from boardpack.domain.errors import BoardpackError
from boardpack.services.health.errors import (
    JournalCutError,
    JournalForeignError,
    LogDamagedError,
    LogGoneError,
    OlderStoreError,
)
from boardpack.services.health.findings import Finding, Mend, found, raised
from boardpack.store import damage, looking, meta, migrating, own, own_log, wal
from boardpack.store.connection import Connection
from boardpack.store.database import DATABASE
from boardpack.store.errors import (
    DamagedStoreError,
    MissingStoreError,
    NewerStoreError,
    UnreadableStoreError,
)
from boardpack.store.own_log import Reading
from boardpack.store.wal import JournalState


@dataclass
class Seen:
    """What stands beside the key: the log, and the database where it opens.

    Attributes:
        readable: its content makes sense to look at: it opened, is whole and of our schema.
    """

    log: Reading | None
    findings: list[Finding] = field(default_factory=list)
    connection: Connection | None = None
    readable: bool = False

    @property
    def account_logged(self) -> bool:
        """Whether the log alone tells whose device this is: then a database can be made anew."""
        account = ("meta", (meta.ENROLLED,))
        return self.log is not None and account in own.latest(self.log.rows)


@contextmanager
def look(folder: Path, key: bytes) -> Generator[Seen]:
    """Open the database as far as it goes; yield what was found."""
    path = folder / DATABASE
    seen = Seen(own_log.read(folder / own_log.FILE, own_log.OwnCipher(key)))
    seen.findings += _log_findings(seen.log)
    again = Mend.HERE if seen.account_logged else Mend.PERSON
    if not path.exists():
        seen.findings.append(found(MissingStoreError, again))
        yield seen
        return
    journal = wal.examine(path.with_name(path.name + "-wal"))
    try:
        with looking.look(path, key) as connection:
            _examine(connection, journal, seen)
            yield seen
    except (UnreadableStoreError, DamagedStoreError) as error:
        if seen.connection is not None:
            # Met while its content was looked at.
            seen.findings.append(raised(error, Mend.HERE))
            return
        seen.findings.append(_unopened(path, key, error, again))
        yield seen


def _unopened(path: Path, key: bytes, error: BoardpackError, again: Mend) -> Finding:
    if damage.is_unclean(path) and looking.opens_without_journal(path, key):
        return found(JournalForeignError, Mend.HERE)
    return raised(error, again)


def _log_findings(log: Reading | None) -> list[Finding]:
    if log is None:
        return [found(LogGoneError, Mend.HERE)]
    return [found(LogDamagedError, Mend.HERE)] if log.damaged or log.torn else []


def _examine(connection: Connection, journal: JournalState, seen: Seen) -> None:
    seen.connection = connection
    try:
        migrating.refuse_newer(connection)
    except NewerStoreError as error:
        seen.findings.append(raised(error, Mend.PERSON))
        return
    try:
        pages = damage.examine(connection)
    except DamagedStoreError as error:
        pages = (str(error.parameters.get("detail", "")),)
    if pages:
        seen.findings.append(
            found(DamagedStoreError, Mend.HERE, findings=len(pages), detail=pages[0])
        )
        return
    if journal in {JournalState.CUT, JournalState.NOISE}:
        seen.findings.append(found(JournalCutError, Mend.HERE))
    version, known = migrating.version(connection), max(migrating.steps())
    if version < known:
        seen.findings.append(found(OlderStoreError, Mend.HERE, found=version, known=known))
        return
    seen.readable = True
