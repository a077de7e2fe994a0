"""`own.log`: a second copy of what the person did, in a file that the database cannot take along.

Whatever happens to `store.db`, this file holds every own row since it was last written anew, each
change on the disk before the database commits it. It is a sequence of frames and nothing else, so
that no single place of it matters more than another.

A frame: marker (8), generation (8), length (4), nonce (12), then that many bytes sealed with
AES-256-GCM. Its place in the file and its generation are associated data. Marker and key come from
the store's key alone: a reader finds the next frame after a damaged one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from boardpack.store import disk
from boardpack.store.errors import disk_error

FILE: Final = "own.log"
_FRAME: Final = struct.Struct(">8sQI12s")
_PLACE: Final = struct.Struct(">Q")
_MARKER_SIZE: Final = 8
#: No frame is longer; a length that says so is damage.
_LONGEST: Final = 64 * 1024 * 1024

Value: TypeAlias = str | int | float | bytes | None
#: What the file holds of a row; its values are those that SQLite has.
_Plain: TypeAlias = tuple[str, tuple[str, ...], dict[str, Any] | None]


@dataclass(frozen=True)
class OwnRow:
    """A row as it is now: its table, its key, its values by column; None when it is gone."""

    table: str
    key: tuple[str, ...]
    values: dict[str, Value] | None


@dataclass(frozen=True)
class Reading:
    """What a log says.

    Attributes:
        rows: in the order of writing.
        generation: raised each time the log is written anew.
        end: where its last whole frame ends.
        damaged: places before `end` that do not open.
        torn: bytes after `end`: of a change that never was acknowledged, unless damaged.
    """

    rows: tuple[OwnRow, ...]
    generation: int
    end: int
    damaged: int
    torn: int


class OwnCipher:
    """The keys of one profile's log."""

    def __init__(self, store_key: bytes) -> None:
        """Derive them from the store's key."""
        self._aead = AESGCM(hmac.digest(store_key, b"boardpack own.log", hashlib.sha256))
        self.marker = hmac.digest(store_key, b"boardpack own.log mark", hashlib.sha256)[:8]

    def close(self, rows: Sequence[OwnRow], generation: int, place: int) -> bytes:
        """Return the frame of these rows at this place."""
        content = msgspec.msgpack.encode([(row.table, row.key, row.values) for row in rows])
        nonce = os.urandom(12)
        head = _FRAME.pack(self.marker, generation, len(content) + 16, nonce)
        return head + self._aead.encrypt(nonce, content, head + _PLACE.pack(place))

    def open(self, data: memoryview, place: int) -> tuple[tuple[OwnRow, ...], int, int] | None:
        """Return rows, generation and length of the frame that begins here; None: damaged."""
        if len(data) < _FRAME.size:
            return None
        head = bytes(data[: _FRAME.size])
        _, generation, length, nonce = _FRAME.unpack(head)
        end = _FRAME.size + length
        if length > _LONGEST or end > len(data):
            return None
        try:
            content = self._aead.decrypt(nonce, data[_FRAME.size : end], head + _PLACE.pack(place))
            found = msgspec.msgpack.decode(content, type=list[_Plain])
        except (InvalidTag, msgspec.MsgspecError):
            return None
        return tuple(OwnRow(*each) for each in found), generation, end


def read(path: Path, cipher: OwnCipher, start: int = 0) -> Reading | None:
    """Return what the log says from `start` on; None when it is not there or says nothing.

    Raises:
        DiskRefusedError: the disk does not give it.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            data = memoryview(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(error) from error
    whole = bytes(data)
    rows: list[OwnRow] = []
    generation = at = damaged = 0
    searched = 0
    while (found := whole.find(cipher.marker, searched)) >= 0:
        opened = cipher.open(data[found:], start + found)
        if opened is None:
            searched = found + _MARKER_SIZE
            continue
        damaged += found != at
        more, generation, length = opened
        rows.extend(more)
        at = searched = found + length
    if not at:
        return None
    return Reading(tuple(rows), generation, start + at, damaged, len(whole) - at)


def generation_of(path: Path, cipher: OwnCipher) -> int:
    """Return the generation that the log's first frame tells, 0 when it tells none. Cheap."""
    try:
        with path.open("rb") as file:
            head = file.read(_FRAME.size)
    except OSError:
        return 0
    if len(head) < _FRAME.size or not head.startswith(cipher.marker):
        return 0
    return int(_FRAME.unpack(head)[1])


class OwnLog:
    """The log, open for adding to it. Store lane."""

    def __init__(self, path: Path, cipher: OwnCipher, generation: int, end: int) -> None:
        """Go on at `end`, which `read` or the store told; what stands after it is cut off.

        Raises:
            DiskFullError, DiskRefusedError: the disk refuses, here and in every method.
        """
        self._path = path
        self._cipher = cipher
        self.generation = generation
        self.end = end
        try:
            self._file = path.open("r+b", buffering=0)
        except OSError as error:
            raise disk_error(error) from error
        self.cut(end)

    def append(self, rows: Sequence[OwnRow], *, sync: bool) -> None:
        """Add rows; with `sync` they are on the disk when it returns."""
        frame = self._cipher.close(rows, self.generation, self.end)
        try:
            self._file.seek(self.end)
            left = memoryview(frame)
            while left:
                left = left[self._file.write(left) or 0 :]
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise disk_error(error) from error
        self.end += len(frame)

    def cut(self, end: int) -> None:
        """Forget what was added after `end`."""
        try:
            self._file.truncate(end)
        except OSError as error:
            raise disk_error(error) from error
        self.end = end

    def close(self) -> None:
        """Close the file. Harmless when done twice."""
        self._file.close()


def write_anew(path: Path, cipher: OwnCipher, generation: int, rows: Sequence[OwnRow]) -> None:
    """Put a log with these rows only in the place of the former one; that one is overwritten.

    Raises:
        DiskFullError, DiskRefusedError: the disk refuses; the former log stands.
    """
    former = _Former(path)
    try:
        disk.write(path, cipher.close(rows, generation, 0))
        former.overwrite()
    finally:
        former.close()


class _Former:
    """The log that is replaced: it may name keys of files that the person had to give back."""

    def __init__(self, path: Path) -> None:
        # Windows replaces no file that is open.
        self._file = path.open("r+b", buffering=0) if os.name == "posix" and path.exists() else None

    def overwrite(self) -> None:
        if self._file is None:
            return
        try:
            size = os.fstat(self._file.fileno()).st_size
            self._file.write(bytes(size))
            os.fsync(self._file.fileno())
        except OSError:
            # Its name is gone already; a disk that refuses this write loses nothing of ours.
            return

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
