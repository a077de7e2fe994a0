"""A profile as large as any will be, made once, opened as the program does."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from boardpack import bootstrap
from boardpack.annotation import codec
from boardpack.services.account import Account
from boardpack.store import keys
from boardpack.store.database import Store
from tests.helpers import writer
from tests.helpers.local import document, dossier, note, sha256, version

DOCUMENTS, NOTES, EACH = 20_000, 100_000, 100


def large_profile(folder: Path, documents: int = DOCUMENTS, notes: int = NOTES) -> bytes:
    """Make it; return the key of its store."""
    writer.make_profile(folder)
    profile = keys.read_profile(folder)
    assert profile is not None
    key = keys.unlock(folder, profile, writer.SECRETS[0])
    store = Store.open(folder, key)
    for number in range(documents // EACH):
        papers = (
            document(f"{number}-{place}", version(f"{number}-{place}".encode()))
            for place in range(EACH)
        )
        writer.tell(store, dossier(*papers, sitting_id=f"sitting{number}"))
    with store.transaction() as connection:
        connection.executemany(
            "INSERT INTO notes"
            " (note_id, document_id, sitting_id, sealed, content, live, shut, merged)"
            " VALUES (?, ?, ?, ?, ?, 1, 0, '[]')",
            _notes(documents, notes),
        )
        connection.executemany(
            "INSERT INTO blobs (sha256, name, key, size, state, added_at)"
            " VALUES (?, ?, ?, 500000, 'complete', '2026-11-21T00:00:00Z')",
            _files(documents),
        )
    store.close()
    return key


def _notes(documents: int, notes: int) -> Iterator[tuple[str, str, str, bytes, bytes]]:
    for number in range(notes):
        place = number % documents
        of = f"{place // EACH}-{place % EACH}"
        made = note("À vérifier avec le service : " * 8, note_id=f"note{number}", document_id=of)
        yield made.note_id, of, f"sitting{place // EACH}", os.urandom(900), codec.encode(made)


def _files(documents: int) -> Iterator[tuple[str, str, bytes]]:
    for place in range(documents):
        digest = sha256(f"{place // EACH}-{place % EACH}".encode())
        yield digest, digest[::-1], os.urandom(32)


def opened(folder: Path, key: bytes) -> float:
    """Open it up to the session, as unlocking does once the key is there; return CPU seconds."""
    account: Account = bootstrap.open_program(folder)._accounts.first
    began = time.process_time()
    account.open_store(Store.open(folder, key))
    took = time.process_time() - began
    account.lock()
    return took
