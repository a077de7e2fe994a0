"""A real encrypted store in a temporary folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from tests.helpers.local import KEY, MAYOR, Local, local


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = Store.create(folder, KEY)
    yield opened
    opened.close()


@pytest.fixture
def blobs(store: Store) -> BlobStore:
    return BlobStore(store)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Local]:
    with local(tmp_path, MAYOR) as made:
        yield made


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the disk seem to have so many bytes left; real full disks: test_full_disk.py."""
    from boardpack.store import errors

    def set_free(count: int) -> None:
        monkeypatch.setattr(errors, "free_bytes", lambda _folder: count)

    return set_free


@pytest.fixture
def home() -> Iterator[Path]:
    """The home of a session of its own, beside it a folder for a profile."""
    # Short: the daemon's sockets are in it, and the path of a socket has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="k", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "profile").mkdir()
        yield folder / "home"
