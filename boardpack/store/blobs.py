"""Files of documents, sealed on disk (D4): one file key each, names that tell nothing.

A file counts when its whole content has its digest, is on the disk, and its row says `complete`.
Before that it is a `.part`, which a later try takes up again. Nothing is ever written in clear.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from boardpack.domain import clock
from boardpack.sealing.cipher import Bytes
from boardpack.sealing.errors import DamagedSealError, UnreadableSealError, WrongKeyError
from boardpack.sealing.segments import SealedReader, new_key, sealed_size
from boardpack.store import disk, errors, meta
from boardpack.store.connection import Connection, Row
from boardpack.store.database import Store
from boardpack.store.receiving import NO_TAIL, Receiving, Tail

FOLDER: Final = "blobs"
#: Of a file that is being received, and of one that this device puts in.
PART: Final = ".part"
NEW: Final = ".new"
#: New files leave at least this much free, so that the person's own actions find room.
RESERVE: Final = 32 * 1024 * 1024
#: A file that the person makes, a signed deliberation for instance, may go further.
OWN_RESERVE: Final = 2 * 1024 * 1024
#: Only a larger file is worth a row before it comes; a smaller one gets it when it is cut.
RESUMABLE: Final = 4 * 1024 * 1024
_NAME_KEY: Final = "blob_name_key"
_CHUNK: Final = 1024 * 1024
_OUR_NAME: Final = re.compile(r"[0-9a-f]{64}(\.part|\.new)?")
_DAMAGE: Final = (DamagedSealError, WrongKeyError, UnreadableSealError)

_log = logging.getLogger("boardpack.store")


class SealedFile(NamedTuple):
    """What a reader in another process needs: the sealed file and its key (D2)."""

    path: Path
    key: bytes


class BlobStore:
    """The sealed files of one store. Store lane, except what `Receiving` says."""

    def __init__(self, store: Store) -> None:
        """Work beside the store's database; its first use makes the key of names."""
        self._store = store
        self._folder = store.folder / FOLDER
        self._name_key = self._key_of_names()
        #: Folders of files, whose names may not be on the disk: of this run, or of a killed one.
        self._made_folders = True

    def _key_of_names(self) -> bytes:
        found = meta.get(self._store.connection, _NAME_KEY)
        if found is None:
            found = new_key()
            with self._store.transaction() as connection:
                meta.put(connection, _NAME_KEY, found)
        return found

    def _name(self, sha256: str) -> str:
        # The folder must not tell which public documents a person holds.
        return hmac.new(self._name_key, sha256.encode(), hashlib.sha256).hexdigest()

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    # What is here

    def has(self, sha256: str) -> bool:
        """Tell whether the whole file is on this device."""
        row = self._store.connection.execute(
            "SELECT 1 FROM blobs WHERE sha256 = ? AND state = 'complete'", (sha256,)
        ).fetchone()
        return row is not None

    def source(self, sha256: str) -> SealedFile:
        """Return where the sealed file is and its key.

        Raises:
            BlobAbsentError: it is not on this device.
        """
        row = self._store.connection.execute(
            "SELECT name, key FROM blobs WHERE sha256 = ? AND state = 'complete'", (sha256,)
        ).fetchone()
        if row is None:
            raise errors.BlobAbsentError(sha256=sha256)
        return SealedFile(self._path(row["name"]), bytes(row["key"]))

    def reader(self, sha256: str) -> SealedReader:
        """Open the file for reading anywhere; close the reader.

        Raises:
            BlobAbsentError: it is not on this device.
            DamagedBlobError: it is damaged; it was given up and will be fetched again.
        """
        source = self.source(sha256)
        try:
            return SealedReader(source.path, source.key)
        except _DAMAGE as error:
            self.give_up(sha256)
            raise errors.DamagedBlobError(sha256=sha256) from error

    def read(self, sha256: str) -> bytes:
        """Return the whole content.

        Raises:
            BlobAbsentError, DamagedBlobError: as for `reader`.
        """
        with self.reader(sha256) as reader:
            try:
                return reader.read_all()
            except _DAMAGE as error:
                self.give_up(sha256)
                raise errors.DamagedBlobError(sha256=sha256) from error

    # What arrives

    def keep(self, content: bytes | Path, sha256: str) -> None:
        """Keep a file of this device: bytes, or a file that the person chose.

        Joins the caller's transaction. A file already here is left as it is.

        Raises:
            DamagedBlobError: the content has not this digest.
            DiskFullError: no room.
        """
        if self.has(sha256):
            return
        try:
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
        except OSError as error:
            raise errors.disk_error(error) from error
        path = self._path(self._name(sha256))
        self._store.make_room()
        self._refuse_without_room(path, size, OWN_RESERVE)
        new = _beside(path, NEW)
        with Receiving(new, sha256, size, None, floor=0) as receiving:
            for part in _parts(content):
                receiving.write(part)
            receiving.finish()
            self.commit(receiving)

    def begin(self, sha256: str, size: int) -> Receiving:
        """Make ready to receive a file of `size` bytes, taking up what an earlier try left.

        Any one thread may then write it; `commit` or `pause` end it.

        Raises:
            DiskFullError: the file would take the room that the person's actions need.
        """
        if self.has(sha256):
            raise ValueError("the file is here already")
        path = self._path(self._name(sha256))
        self._refuse_without_room(path, size, RESERVE)
        row = self._store.connection.execute(
            "SELECT key, tail, tail_at FROM blobs WHERE sha256 = ? AND state = 'partial'", (sha256,)
        ).fetchone()
        key = bytes(row["key"]) if row else None
        tail = Tail(row["tail_at"], bytes(row["tail"])) if row and row["tail"] else NO_TAIL
        receiving = Receiving(_beside(path, PART), sha256, size, key, tail=tail)
        try:
            if receiving.key != key and size > RESUMABLE:
                self.pause(receiving)
        except BaseException:
            receiving.close()
            raise
        return receiving

    def pause(self, receiving: Receiving) -> None:
        """Remember the key of an unfinished file, which changes when it is begun anew; and its end.

        The end waits for more bytes to fill a segment; without it a line that always breaks
        before that would never bring the file.
        """
        if not self.has(receiving.sha256):
            self._write_row(receiving, "partial")

    def commit(self, *arrived: Receiving) -> None:
        """Give verified files their names, bring these to the disk, and count the files as here."""
        if not all(each.finished for each in arrived):
            raise ValueError("not verified")
        taken = []
        for each in arrived:
            if self.has(each.sha256):
                each.discard()
            else:
                disk.rename(each.part, self._path(self._name(each.sha256)))
                taken.append(each)
        self._sync_names({self._path(self._name(each.sha256)).parent for each in taken})
        for each in taken:
            self._write_row(each, "complete")

    def _sync_names(self, folders: set[Path]) -> None:
        """Return when the names in these folders, and their own, are on the disk."""
        for each in folders:
            disk.sync_folder(each)
        if folders and self._made_folders:
            disk.sync_folder(self._folder)
            disk.sync_folder(self._store.folder)
            self._made_folders = False

    def _write_row(self, receiving: Receiving, state: str) -> None:
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO blobs"
                " (sha256, name, key, size, state, added_at, tail, tail_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    receiving.sha256,
                    self._name(receiving.sha256),
                    receiving.key,
                    receiving.size,
                    state,
                    clock.stamp(clock.now()),
                    receiving.tail.data if state == "partial" else None,
                    receiving.tail.at if state == "partial" else None,
                ),
            )

    def _refuse_without_room(self, path: Path, size: int, reserve: int) -> None:
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
                self._made_folders = True
        except OSError as error:
            raise errors.disk_error(error) from error
        part = _beside(path, PART)
        held = part.stat().st_size if part.exists() else 0
        if errors.free_bytes(self._folder) < sealed_size(size) - held + reserve:
            raise errors.DiskFullError

    # What goes, and what is found

    def give_up(self, sha256: str) -> None:
        """Forget a file: its key first, so that the bytes left are noise, then the bytes."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM blobs WHERE sha256 = ?", (sha256,))
        path = self._path(self._name(sha256))
        disk.remove(path)
        disk.remove(_beside(path, PART))

    def drop_partial(self) -> None:
        """Forget every file that is not whole; for when none is missing any more."""
        rows = self._store.connection.execute("SELECT sha256 FROM blobs WHERE state = 'partial'")
        for row in rows.fetchall():
            self.give_up(row["sha256"])

    def sweep(self) -> int:
        """Bring rows and files together after a crash or a wipe; return how many files went.

        A file in its place whose row still says `partial` (killed between the two) is verified and
        kept. A row without its file is forgotten, so that it is fetched again. A file of ours
        without a row is noise and goes. Nothing may be under way.
        """
        expected: set[str] = set()
        for row in self._store.connection.execute("SELECT * FROM blobs").fetchall():
            expected.add(row["name"] + (PART if row["state"] == "partial" else ""))
            path = self._path(row["name"])
            if row["state"] == "partial" and path.exists():
                self._adopt(row["sha256"], path, bytes(row["key"]))
                expected.add(row["name"])
            elif row["state"] == "complete":
                self._check_size(row)
        return sum(_removed(each) for each in self.files() if each.name not in expected)

    def lost(self, connection: Connection) -> tuple[str, ...]:
        """Return the digests of files that are gone or cut; any thread, on its own connection."""
        rows = connection.execute("SELECT * FROM blobs WHERE state = 'complete'")
        return tuple(
            row["sha256"] for row in rows if not _has_size(self._path(row["name"]), row["size"])
        )

    def check(self, digests: Iterable[str]) -> None:
        """Forget those of these files that are gone or cut, so that they are fetched again."""
        for sha256 in digests:
            row = self._store.connection.execute(
                "SELECT * FROM blobs WHERE sha256 = ? AND state = 'complete'", (sha256,)
            ).fetchone()
            if row is not None:
                self._check_size(row)

    def _check_size(self, row: Row) -> None:
        if not _has_size(self._path(row["name"]), row["size"]):
            _log.warning("a file of the store is gone or cut: it will be fetched again")
            self.give_up(row["sha256"])

    def files(self) -> Iterator[Path]:
        """Yield the files that have a name as we give them, whole or under way."""
        return (
            each
            for each in self._folder.glob("*/*")
            if _OUR_NAME.fullmatch(each.name) and each.is_file()
        )

    def _adopt(self, sha256: str, path: Path, key: bytes) -> None:
        if _digest(SealedFile(path, key)) == sha256:
            with self._store.transaction() as connection:
                connection.execute(
                    "UPDATE blobs SET state = 'complete' WHERE sha256 = ?", (sha256,)
                )
        else:
            self.give_up(sha256)

    def verify(self) -> tuple[str, ...]:
        """Read every file; return the digests of those that are damaged, which are given up."""
        rows = self._store.connection.execute(
            "SELECT sha256, name, key FROM blobs WHERE state = 'complete' ORDER BY sha256"
        ).fetchall()
        damaged = tuple(
            row["sha256"]
            for row in rows
            if _digest(SealedFile(self._path(row["name"]), bytes(row["key"]))) != row["sha256"]
        )
        for sha256 in damaged:
            self.give_up(sha256)
        return damaged


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _digest(source: SealedFile) -> str:
    """Return the digest of the content, empty when the file does not open."""
    found = hashlib.sha256()
    try:
        with SealedReader(source.path, source.key) as reader:
            for segment in reader.segments():
                found.update(segment)
    except _DAMAGE:
        return ""
    return found.hexdigest()


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == sealed_size(size)
    except OSError:
        return False


def _removed(path: Path) -> bool:
    disk.remove(path)
    return True


def _parts(content: bytes | Path) -> Iterator[Bytes]:
    if isinstance(content, bytes):
        # A part at a time passes digest and cipher while the processor's cache holds it.
        whole = memoryview(content)
        yield from (whole[at : at + _CHUNK] for at in range(0, len(whole), _CHUNK))
        return
    try:
        with content.open("rb") as file:
            while part := file.read(_CHUNK):
                yield part
    except OSError as error:
        raise errors.disk_error(error) from error
