"""Looking at every sealed file: is it there, is it the one that its row says?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from boardpack.domain.errors import BoardpackError
from boardpack.sealing.errors import DamagedSealError, UnreadableSealError, WrongKeyError
from boardpack.sealing.segments import SealedReader
from boardpack.services.health.errors import (
    FileDamagedError,
    FileForeignError,
    FileMissingError,
    FilesExchangedError,
    FileUnknownError,
    IndexDamagedError,
    PartLeftError,
)
from boardpack.services.health.findings import Finding, Mend, found
from boardpack.store import aside, blobs, damage, index, looking, meta
from boardpack.store.connection import Connection
from boardpack.store.errors import DamagedStoreError, UnreadableStoreError

#: Called with how many files were read, of how many.
Progress: TypeAlias = Callable[[int, int], object]
_OURS: Final = re.compile(r"[0-9a-f]{64}")
_PART: Final = re.compile(r"[0-9a-f]{64}(\.part|\.new)")


@dataclass(frozen=True)
class Held:
    """A file as its row has it."""

    sha256: str
    path: Path
    key: bytes
    complete: bool


def held(connection: Connection, folder: Path) -> tuple[Held, ...]:
    """Return the files that the database knows."""
    rows = connection.execute("SELECT sha256, name, key, state FROM blobs ORDER BY sha256")
    return tuple(
        Held(
            sha256=row["sha256"],
            path=folder / blobs.FOLDER / row["name"][:2] / row["name"],
            key=bytes(row["key"]),
            complete=row["state"] == "complete",
        )
        for row in rows
    )


def look(connection: Connection, folder: Path, progress: Progress | None = None) -> list[Finding]:
    """Read every file; return what is wrong, by document where its title is known."""
    files = held(connection, folder)
    findings: list[Finding] = []
    strangers: list[Held] = []
    whole = [each for each in files if each.complete]
    for number, file in enumerate(whole):
        if progress is not None:
            progress(number, len(whole))
        error = fault(file, file.key)
        if error is WrongKeyError:
            strangers.append(file)
        elif error is not None:
            kind = FileDamagedError if file.path.exists() else FileMissingError
            findings.append(_about(connection, kind, Mend.SERVER, file))
    places = exchanged(strangers)
    for file in strangers:
        if file.sha256 in places:
            findings.append(_about(connection, FilesExchangedError, Mend.HERE, file))
        else:
            findings.append(_about(connection, FileDamagedError, Mend.SERVER, file))
    return findings


def fault(file: Held, key: bytes) -> type[Exception] | None:
    """Return why a file is not what its row says, None when it is."""
    digest = hashlib.sha256()
    try:
        with SealedReader(file.path, key) as reader:
            for segment in reader.segments():
                digest.update(segment)
    except (DamagedSealError, WrongKeyError, UnreadableSealError) as error:
        return type(error)
    return None if digest.hexdigest() == file.sha256 else DamagedSealError


def exchanged(strangers: list[Held]) -> dict[str, Path]:
    """Return where the bytes of files are that stand in each other's places, by digest."""
    return {
        wanted.sha256: other.path
        for wanted in strangers
        for other in strangers
        if other is not wanted and _is(wanted, other.path)
    }


def _is(file: Held, path: Path) -> bool:
    return fault(Held(file.sha256, path, file.key, complete=True), file.key) is None


def opens(file: Held) -> bool:
    """Whether the end of a file opens with its key; the cheap part of reading it."""
    try:
        SealedReader(file.path, file.key).close()
    except (DamagedSealError, WrongKeyError, UnreadableSealError):
        return False
    return True


def _about(connection: Connection, error: type[BoardpackError], mend: Mend, file: Held) -> Finding:
    row = connection.execute(
        "SELECT d.title FROM documents d JOIN versions v USING (document_id) WHERE v.sha256 = ?",
        (file.sha256,),
    ).fetchone()
    return found(error, mend, file.sha256, title=row["title"] if row else file.sha256[:12])


def look_at_strays(
    connection: Connection, folder: Path, logged: Collection[str] = ()
) -> list[Finding]:
    """Return a finding for each file that no row names; `logged` are names that `own.log` knows."""
    files = held(connection, folder)
    known = {each.path.name for each in files} | set(logged)
    parts = {each.path.name + blobs.PART for each in files if not each.complete}
    findings = []
    for path in sorted((folder / blobs.FOLDER).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or path.name in known | parts or aside.MARK in path.name:
            continue
        if _OURS.fullmatch(path.name):
            findings.append(found(FileUnknownError, Mend.HERE, name))
        elif _PART.fullmatch(path.name):
            findings.append(found(PartLeftError, Mend.HERE, name))
        else:
            findings.append(found(FileForeignError, Mend.PERSON, name, name=name))
    return findings


def look_at_index(connection: Connection, folder: Path) -> list[Finding]:
    """Return a finding when the search index is no good; it is made anew from the documents."""
    path = folder / index.FILE
    if not path.exists():
        return []
    key = meta.get(connection, index.KEY)
    whole = key is not None and _opens_whole(path, key)
    return [] if whole else [found(IndexDamagedError, Mend.HERE)]


def _opens_whole(path: Path, key: bytes) -> bool:
    try:
        with looking.look(path, key) as opened:
            return not damage.examine(opened)
    except (UnreadableStoreError, DamagedStoreError):
        return False
