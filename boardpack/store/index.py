"""The full-text index: a database of its own, encrypted like the store, and disposable.

It holds the text of each page of the versions in force. Losing it costs time only, so it is
written less carefully than the store (`synchronous=NORMAL`), and made anew when it is damaged.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boardpack.annotation.text import tokens
from boardpack.store import disk, meta
from boardpack.store.connection import KEY_BYTES, Connection, open_database, roll_back
from boardpack.store.database import Store
from boardpack.store.errors import DamagedStoreError, UnreadableStoreError

FILE: Final = "index.db"
#: Stand around the words found in a snippet; no text of a document has them, they are isolates.
MARKS: Final = ("\u2068", "\u2069")
KEY: Final = "index_key"
_VERSION: Final = 1
_SNIPPET_WORDS: Final = 24
_SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE documents (sha256 TEXT PRIMARY KEY, pages INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE pages USING fts5
  (text, sha256 UNINDEXED, page UNINDEXED, tokenize = 'unicode61 remove_diacritics 2');
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_DAMAGE: Final = (UnreadableStoreError, DamagedStoreError)
#: What `remove_diacritics` does not take apart, though French readers do.
_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "\u00ad": ""})


@dataclass(frozen=True)
class PageHit:
    """One page that holds every word. `page` counts from 0; lower `rank` is better."""

    sha256: str
    page: int
    snippet: str
    rank: float


class SearchIndex:
    """An open index. Store lane."""

    def __init__(self, connection: Connection) -> None:
        """Keep what `open_index` opened; call that."""
        self._connection = connection

    def known(self) -> frozenset[str]:
        """Return the digests of the documents that were read into it."""
        return frozenset(
            row["sha256"] for row in self._connection.execute("SELECT sha256 FROM documents")
        )

    def put(self, sha256: str, texts: Sequence[str]) -> None:
        """Read a document in: one text a page; empty ones for scans."""
        with self._transaction():
            self._drop(sha256)
            self._connection.execute(
                "INSERT INTO documents (sha256, pages) VALUES (?, ?)", (sha256, len(texts))
            )
            self._connection.executemany(
                "INSERT INTO pages (text, sha256, page) VALUES (?, ?, ?)",
                (
                    (searchable(text), sha256, page)
                    for page, text in enumerate(texts)
                    if text.strip()
                ),
            )

    def keep_only(self, digests: Iterable[str]) -> int:
        """Forget documents not in `digests` (replaced, or access was lost); return how many."""
        gone = self.known() - frozenset(digests)
        with self._transaction():
            for sha256 in gone:
                self._drop(sha256)
        return len(gone)

    def _drop(self, sha256: str) -> None:
        self._connection.execute("DELETE FROM documents WHERE sha256 = ?", (sha256,))
        self._connection.execute("DELETE FROM pages WHERE sha256 = ?", (sha256,))

    def find(self, query: str, limit: int) -> tuple[PageHit, ...]:
        """Return the pages that hold every word of `query`, best first.

        The last word may be the beginning of one. A query without letter or digit finds nothing.
        """
        words = words_of(query)
        if not words:
            return ()
        wanted = " ".join(f'"{word}"' for word in words) + "*"
        rows = self._connection.execute(
            "SELECT sha256, page, rank, snippet(pages, 0, ?, ?, '…', ?) AS snippet"
            " FROM pages WHERE pages MATCH ? ORDER BY rank LIMIT ?",
            (*MARKS, _SNIPPET_WORDS, wanted, limit),
        )
        return tuple(
            PageHit(row["sha256"], row["page"], " ".join(row["snippet"].split()), row["rank"])
            for row in rows
        )

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            roll_back(self._connection)
            raise


def words_of(query: str) -> list[str]:
    """Return the words of a query as the index has them."""
    return [word for word in tokens(query) if word.isalnum()]


def searchable(text: str) -> str:
    """Return a page's text as the index keeps it: ligatures and soft hyphens taken apart."""
    return unicodedata.normalize("NFKC", text).translate(_LIGATURES)


@contextmanager
def open_index(store: Store) -> Generator[SearchIndex]:
    """Open the index beside a store, made anew when there is none or it is damaged."""
    path = store.folder / FILE
    try:
        connection = _opened(path, _key(store))
    except _DAMAGE:
        remove(store.folder)
        connection = _opened(path, _key(store))
    try:
        yield SearchIndex(connection)
    finally:
        connection.close()


def _key(store: Store) -> bytes:
    found = meta.get(store.connection, KEY)
    if found is None:
        found = os.urandom(KEY_BYTES)
        with store.transaction() as connection:
            meta.put(connection, KEY, found)
    return found


def _opened(path: Path, key: bytes) -> Connection:
    connection = open_database(path, key)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.cursor().executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    if version in {0, _VERSION}:
        return connection
    connection.close()
    raise UnreadableStoreError


def remove(folder: Path) -> None:
    """Remove the index of a profile; the next search makes it anew."""
    for end in ("", "-wal", "-shm"):
        disk.remove(folder / f"{FILE}{end}")
