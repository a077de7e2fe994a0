"""The format of sealed files (design D4): AES-256-GCM in segments.

Layout: a header of 32 bytes, then segments of `segment_size` bytes of content (the last one may be
shorter, and is empty only in an empty file), each followed by its 16-byte tag.

* header: magic (8), version (2), zero (2), segment size (4), key check (16); big-endian. The key
  check is the first half of HMAC-SHA256(key, the 16 bytes before it): it authenticates the header
  and tells a foreign key from damage.
* nonce of a segment (96 bits): its number shifted left by one, plus 1 for the last segment.
  Associated data: the 16 bytes before the key check.

So a cut, reordered, exchanged or altered segment, and one of another file, fails to open. The key
must be random and seal **one content**: a receiver whose digest turns out wrong takes a new key.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import struct
from collections import deque
from typing import IO, Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from boardpack.sealing.errors import DamagedSealError, WrongKeyError

Bytes: TypeAlias = bytes | bytearray | memoryview

KEY_SIZE: Final = 32
SEGMENT_SIZE: Final = 256 * 1024
HEADER_SIZE: Final = 32
TAG_SIZE: Final = 16

_MAGIC: Final = b"bpsealed"
_VERSION: Final = 1
_PREFIX: Final = struct.Struct(">8sHHI")
# AESGCM holds Python's lock while it works: one segment must stay short (`sync.md` §3.2).
_SEGMENT_SIZES: Final = frozenset(1 << power for power in range(6, 21))
#: Room of files that were written, for the next ones: the system gives new memory page by page,
#: which costs as much as writing 256 kB.
_SPARE: Final[deque[bytearray]] = deque(maxlen=16)
_ROOM: Final = SEGMENT_SIZE + TAG_SIZE


def _key_check(key: bytes, prefix: bytes) -> bytes:
    return hmac.digest(key, prefix, hashlib.sha256)[:16]


def take_room(size: int) -> memoryview:
    """Return room for a segment and its tag, of nobody else until it is given back."""
    if size != _ROOM:
        return memoryview(bytearray(size))
    try:
        return memoryview(_SPARE.pop())
    except IndexError:
        return memoryview(bytearray(size))


def give_room(room: memoryview) -> None:
    """Let another file have the room: this view of it is of no use any more."""
    buffer = room.obj
    room.release()
    if isinstance(buffer, bytearray) and len(buffer) == _ROOM:
        _SPARE.append(buffer)


class Seal:
    """The cipher of one file: its key, header and segment size, with one reused buffer."""

    def __init__(self, key: bytes, segment_size: int) -> None:
        if len(key) != KEY_SIZE:
            raise ValueError("a file key has 32 bytes")
        if segment_size not in _SEGMENT_SIZES:
            raise ValueError("a segment size is a power of two up to 1 MiB")
        self.segment_size = segment_size
        self.prefix = _PREFIX.pack(_MAGIC, _VERSION, 0, segment_size)
        self.header = self.prefix + _key_check(key, self.prefix)
        self._cipher = AESGCM(key)
        self.sealed = take_room(segment_size + TAG_SIZE)

    @staticmethod
    def _nonce(number: int, *, last: bool) -> bytes:
        return (number << 1 | last).to_bytes(12, "big")

    def close_segment(self, number: int, content: Bytes, *, last: bool) -> memoryview:
        """Return the sealed segment; valid until the next call."""
        into = self.sealed[: len(content) + TAG_SIZE]
        self._cipher.encrypt_into(self._nonce(number, last=last), content, self.prefix, into)
        return into

    def open_segment(self, number: int, sealed: Bytes, into: memoryview, *, last: bool) -> None:
        """Write the content of a segment into `into`.

        Raises:
            DamagedSealError: it is not the segment that was written there.
        """
        try:
            self._cipher.decrypt_into(self._nonce(number, last=last), sealed, self.prefix, into)
        except InvalidTag as error:
            raise DamagedSealError from error


def read_into(file: io.RawIOBase, into: memoryview) -> int:
    """Fill `into`; fewer bytes only at the end of the file."""
    done = 0
    while done < len(into):
        count = file.readinto(into[done:])
        if not count:
            break
        done += count
    return done


def write_all(file: IO[bytes], content: Bytes) -> None:
    """Write all of `content`: an unbuffered file may take only a part at a time."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) or 0 :]


def seal_of(file: io.RawIOBase, key: bytes) -> Seal:
    """Read the header of `file` and check it against `key`.

    Raises:
        DamagedSealError: no header, an altered one, or one of a newer version.
        WrongKeyError: sealed with another key.
    """
    header = memoryview(bytearray(HEADER_SIZE))
    if read_into(file, header) < HEADER_SIZE:
        raise DamagedSealError
    magic, version, zero, segment_size = _PREFIX.unpack(header[: _PREFIX.size])
    if (magic, version, zero) != (_MAGIC, _VERSION, 0) or segment_size not in _SEGMENT_SIZES:
        raise DamagedSealError
    seal = Seal(key, segment_size)
    if not hmac.compare_digest(seal.header, bytes(header)):
        raise DamagedSealError if _opens(file, seal) else WrongKeyError
    return seal


def _opens(file: io.RawIOBase, seal: Seal) -> bool:
    """Whether the first segment opens: then the key is right and the key check is damaged."""
    count = read_into(file, seal.sealed)
    content = memoryview(bytearray(max(0, count - TAG_SIZE)))
    for last in (False, True):
        try:
            seal.open_segment(0, seal.sealed[:count], content, last=last)
        except (DamagedSealError, ValueError):
            continue
        return True
    return False
