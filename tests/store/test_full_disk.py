"""A really full disk: a small file system in memory, mounted for the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from boardpack.store import damage, outbox
from boardpack.store.blobs import BlobStore
from boardpack.store.database import BALLAST, Store
from boardpack.store.errors import DiskFullError
from tests.helpers.local import KEY, sha256
from tests.helpers.small_disk import fill, mounted
from tests.store.test_outbox import note


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 60 MB."""
    with mounted(tmp_path / "disk", "60m") as place:
        yield place


def test_the_persons_actions_are_kept_on_a_full_disk(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store.create(small_disk / "profile", KEY)
    blobs = BlobStore(store)
    fill(small_disk)
    assert (small_disk / "profile" / BALLAST).exists()
    large, signed = os.urandom(20_000_000), os.urandom(1_000_000)
    with pytest.raises(DiskFullError):
        blobs.keep(large, sha256(large))
    blobs.keep(signed, sha256(signed))
    for number in range(100):
        with store.transaction() as connection:
            outbox.append(connection, note(5000), subject_id=f"n{number}")
    assert not (small_disk / "profile" / BALLAST).exists()
    assert "ballast" in caplog.text
    assert len(outbox.waiting(store.connection)) == 100
    store.close()
    again = Store.open(small_disk / "profile", KEY)
    assert damage.examine(again.connection) == ()
    assert len(outbox.waiting(again.connection)) == 100
    again.close()


def test_without_ballast_a_full_disk_is_named_and_nothing_breaks(
    small_disk: Path,
) -> None:
    store = Store.create(small_disk / "profile", KEY)
    with store.transaction() as connection:
        outbox.append(connection, note(), subject_id="first")
    (small_disk / "profile" / BALLAST).unlink()
    fill(small_disk)

    def write() -> None:
        with store.transaction() as connection:
            outbox.append(connection, note(600_000), subject_id="too much")

    with pytest.raises(DiskFullError):
        write()
    (small_disk / "filler").unlink()
    write()
    assert len(outbox.waiting(store.connection)) == 2
    assert damage.examine(store.connection) == ()
    store.close()


def test_a_disk_that_fills_up_during_a_reception_keeps_what_came(small_disk: Path) -> None:
    store = Store.create(small_disk / "profile", KEY)
    blobs = BlobStore(store)
    data = os.urandom(12_000_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:3_000_000])
        fill(small_disk)
        with pytest.raises(DiskFullError):
            receiving.write(data[3_000_000:])
    (small_disk / "filler").unlink()
    with blobs.begin(sha256(data), len(data)) as receiving:
        assert receiving.offset >= 2_500_000
        receiving.write(data[receiving.offset :])
        receiving.finish()
        blobs.commit(receiving)
    assert blobs.read(sha256(data)) == data
    store.close()
