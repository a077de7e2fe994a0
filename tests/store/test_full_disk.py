"""A really full disk: a small file system in memory, mounted for the test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from boardpack.store import damage, outbox
from boardpack.store.blobs import BlobStore
from boardpack.store.database import BALLAST, Store
from boardpack.store.errors import DiskFullError
from tests.helpers.local import KEY, sha256
from tests.store.test_outbox import note


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 60 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path) -> None:
    """Take every byte that is left, as another program may at any time."""
    with (place / "filler").open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            chunk = os.urandom(size)
            try:
                while True:
                    if file.write(chunk) < size:
                        break
            except OSError:
                continue


def test_the_persons_actions_are_kept_on_a_full_disk(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store.create(small_disk / "profile", KEY)
    blobs = BlobStore(store)
    fill(small_disk)
    assert (small_disk / "profile" / BALLAST).exists()
    with pytest.raises(DiskFullError):
        blobs.keep(os.urandom(100_000), "0" * 64)
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
