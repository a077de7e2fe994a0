"""Where things stand in a SQLCipher file: its pages decrypted one by one, for damaging them.

SQLCipher 4: pages of 4096 bytes, of which the last 80 are IV and HMAC; AES-256-CBC; the first 16
bytes of page 1 are the salt. The trees are SQLite's (https://www.sqlite.org/fileformat2.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from boardpack.store.connection import open_database

SIZE = 4096
_RESERVED = 80
_INTERIOR, _LEAF = 5, 13


def content(path: Path, key: bytes, number: int) -> bytes:
    """Return page `number` (from 1) in clear; the salt's place is zero."""
    with path.open("rb") as file:
        file.seek((number - 1) * SIZE)
        page = file.read(SIZE)
    start = 16 if number == 1 else 0
    iv = page[SIZE - _RESERVED : SIZE - _RESERVED + 16]
    opened = Cipher(AES(key), CBC(iv)).decryptor().update(page[start : SIZE - _RESERVED])
    return bytes(start) + opened


def leaves(path: Path, key: bytes, table: str) -> list[int]:
    """Return the leaf pages of a table in order."""
    return list(_leaves(path, key, root(path, key, table)))


def root(path: Path, key: bytes, table: str) -> int:
    """Return the page where a table begins."""
    connection = open_database(path, key)
    try:
        row = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
    finally:
        connection.close()
    return int(row[0])


def schema(path: Path, key: bytes) -> list[int]:
    """Return the pages behind the first one that describe the tables."""
    return [page for page in _leaves(path, key, 1) if page != 1]


def _leaves(path: Path, key: bytes, number: int) -> Iterator[int]:
    page = content(path, key, number)
    head = 100 if number == 1 else 0
    kind = page[head]
    if kind == _LEAF:
        yield number
        return
    assert kind == _INTERIOR, kind
    count = int.from_bytes(page[head + 3 : head + 5], "big")
    for each in range(count):
        at = head + 12 + 2 * each
        cell = int.from_bytes(page[at : at + 2], "big")
        yield from _leaves(path, key, int.from_bytes(page[cell : cell + 4], "big"))
    yield from _leaves(path, key, int.from_bytes(page[head + 8 : head + 12], "big"))


def free(path: Path, key: bytes) -> int:
    """Return the first page of the list of free ones, 0 when there is none."""
    return int.from_bytes(content(path, key, 1)[32:36], "big")


def zero(path: Path, number: int) -> None:
    """Let a page be zero, as a disk does that lost it."""
    with path.open("r+b") as file:
        file.seek((number - 1) * SIZE)
        file.write(bytes(SIZE))


def flip(path: Path, at: int) -> None:
    """Flip one bit."""
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 4]))


def cut(path: Path, count: int) -> None:
    """Take so many bytes off the end."""
    with path.open("r+b") as file:
        file.truncate(max(0, path.stat().st_size - count))
