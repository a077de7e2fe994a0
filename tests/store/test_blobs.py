"""Sealed files: whole or absent, taken up after any cut, never in clear."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from boardpack.store.blobs import OWN_RESERVE, RESERVE, BlobStore
from boardpack.store.database import Store
from boardpack.store.errors import (
    BlobAbsentError,
    DamagedBlobError,
    DiskFullError,
)
from boardpack.store.receiving import FLOOR
from tests.helpers.local import sha256


class TroubleError(Exception):
    """Something fails in the middle."""


SIZES = [0, 1, 65_536, 256 * 1024, 256 * 1024 + 1, 3_000_000]


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def files(store: Store) -> list[Path]:
    return [each for each in (store.folder / "blobs").rglob("*") if each.is_file()]


def receive(blobs: BlobStore, data: bytes, piece: int = 50_000) -> None:
    with blobs.begin(sha256(data), len(data)) as receiving:
        for start in range(receiving.offset, len(data), piece):
            receiving.write(data[start : start + piece])
        receiving.finish()
        blobs.commit(receiving)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_kept_is_read_back(blobs: BlobStore, store: Store, size: int) -> None:
    data = content(size)
    blobs.keep(data, sha256(data))
    assert blobs.has(sha256(data))
    assert blobs.read(sha256(data)) == data
    assert len(files(store)) == 1


@pytest.mark.parametrize("size", SIZES)
def test_what_is_received_is_read_back(blobs: BlobStore, size: int) -> None:
    data = content(size)
    receive(blobs, data)
    assert blobs.read(sha256(data)) == data


def test_a_file_that_the_person_chose_is_kept(blobs: BlobStore, tmp_path: Path) -> None:
    data = content(2_500_000)
    (tmp_path / "report.pdf").write_bytes(data)
    blobs.keep(tmp_path / "report.pdf", sha256(data))
    assert blobs.read(sha256(data)) == data


def test_neither_content_nor_digest_stands_on_the_disk(blobs: BlobStore, store: Store) -> None:
    data = b"Rapport confidentiel " * 20_000
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:300_000])
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for path in store.folder.rglob("*"):
        assert sha256(data)[:16] not in str(path)
        if path.is_file():
            raw = path.read_bytes()
            assert b"confidentiel" not in raw
            assert sha256(data).encode() not in raw


@pytest.mark.parametrize("cut", [0, 1, 262_143, 262_144, 700_000, 4_999_999])
def test_a_killed_reception_of_a_large_file_goes_on_from_whole_segments(
    blobs: BlobStore, store: Store, cut: int
) -> None:
    data = content(5_000_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:cut])
    again = BlobStore(store)
    again.sweep()
    with again.begin(sha256(data), len(data)) as receiving:
        assert cut - 262_144 <= receiving.offset <= cut
        receiving.write(data[receiving.offset :])
        receiving.finish()
        again.commit(receiving)
    assert again.read(sha256(data)) == data


def test_a_part_whose_end_is_garbage_is_cut_back(blobs: BlobStore, store: Store) -> None:
    data = content(5_000_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:1_500_000])
    (part,) = files(store)
    raw = bytearray(part.read_bytes())
    raw[-1000:] = os.urandom(1000)
    part.write_bytes(raw)
    with blobs.begin(sha256(data), len(data)) as receiving:
        assert 0 < receiving.offset < 1_400_000
        receiving.write(data[receiving.offset :])
        receiving.finish()
        blobs.commit(receiving)
    assert blobs.read(sha256(data)) == data


def test_a_restart_takes_a_new_key_and_may_be_cut_again(blobs: BlobStore) -> None:
    data = content(1_000_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:600_000])
        first = receiving.key
        receiving.restart()
        assert receiving.key != first
        receiving.write(data[:550_000])
    blobs.pause(receiving)
    with blobs.begin(sha256(data), len(data)) as receiving:
        assert receiving.offset == 550_000
        receiving.write(data[550_000:])
        receiving.finish()
        blobs.commit(receiving)
    assert blobs.read(sha256(data)) == data


def test_a_file_comes_in_the_smallest_pieces_when_each_pause_is_noted(blobs: BlobStore) -> None:
    data = content(300_000)
    for start in range(0, len(data), 10_000):
        with blobs.begin(sha256(data), len(data)) as receiving:
            assert receiving.offset == start
            receiving.write(data[start : start + 10_000])
        blobs.pause(receiving)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.finish()
        blobs.commit(receiving)
    assert blobs.read(sha256(data)) == data


def test_an_end_that_does_not_fit_the_part_is_dropped(blobs: BlobStore, store: Store) -> None:
    data = content(1_000_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:700_000])
    blobs.pause(receiving)
    (part,) = files(store)
    with part.open("r+b") as file:
        file.truncate(300_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        assert receiving.offset == 262_144
        receiving.write(data[262_144:])
        receiving.finish()
        blobs.commit(receiving)
    assert blobs.read(sha256(data)) == data


def test_a_restart_that_was_never_noted_begins_again(blobs: BlobStore) -> None:
    """Killed between restart and pause: the row has the key of before."""
    data = content(1_000_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:600_000])
        receiving.restart()
        receiving.write(data[:550_000])
    with blobs.begin(sha256(data), len(data)) as receiving:
        assert receiving.offset == 0
        receiving.write(data)
        receiving.finish()
        blobs.commit(receiving)
    assert blobs.read(sha256(data)) == data


@pytest.mark.parametrize("wrong", ["flipped", "short", "long"])
def test_wrong_bytes_never_count(blobs: BlobStore, store: Store, wrong: str) -> None:
    data = content(600_000)
    sent = {
        "flipped": data[:300_000] + bytes([data[300_000] ^ 1]) + data[300_001:],
        "short": data[:-1],
        "long": data + b"x",
    }[wrong]

    def take() -> None:
        with blobs.begin(sha256(data), len(data)) as receiving:
            receiving.write(sent)
            receiving.finish()

    with pytest.raises(DamagedBlobError):
        take()
    assert not blobs.has(sha256(data))
    assert files(store) == []
    with pytest.raises(BlobAbsentError):
        blobs.read(sha256(data))
    receive(blobs, data)
    assert blobs.read(sha256(data)) == data


def test_keeping_other_bytes_than_the_digest_is_refused(blobs: BlobStore, store: Store) -> None:
    with pytest.raises(DamagedBlobError):
        blobs.keep(b"other", sha256(b"announced"))
    assert files(store) == []


def test_keeping_twice_changes_nothing(blobs: BlobStore, store: Store) -> None:
    blobs.keep(b"once", sha256(b"once"))
    before = blobs.source(sha256(b"once"))
    blobs.keep(b"once", sha256(b"once"))
    assert blobs.source(sha256(b"once")) == before
    assert len(files(store)) == 1


def test_the_device_may_keep_a_file_that_is_being_received(blobs: BlobStore, store: Store) -> None:
    data = content(900_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:500_000])
        blobs.keep(data, sha256(data))
        assert blobs.read(sha256(data)) == data
        receiving.write(data[500_000:])
        receiving.finish()
        blobs.commit(receiving)
    assert blobs.read(sha256(data)) == data
    assert len(files(store)) == 1


def test_a_rolled_back_keep_leaves_no_file_after_the_next_start(
    blobs: BlobStore, store: Store
) -> None:
    def fails() -> None:
        with store.transaction():
            blobs.keep(b"draft", sha256(b"draft"))
            raise TroubleError

    with pytest.raises(TroubleError):
        fails()
    assert not blobs.has(sha256(b"draft"))
    assert blobs.sweep() == 1
    assert files(store) == []


def test_a_crash_between_rename_and_row_is_mended(blobs: BlobStore, store: Store) -> None:
    data = content(700_000)
    receive(blobs, data)
    store.connection.execute("UPDATE blobs SET state = 'partial'")
    blobs.sweep()
    assert blobs.read(sha256(data)) == data


def test_a_placed_file_that_is_not_its_digest_is_dropped(blobs: BlobStore, store: Store) -> None:
    data = content(700_000)
    receive(blobs, data)
    store.connection.execute("UPDATE blobs SET state = 'partial', key = ?", (os.urandom(32),))
    blobs.sweep()
    assert not blobs.has(sha256(data))
    assert files(store) == []


def test_a_file_that_is_gone_or_cut_is_asked_for_again(
    blobs: BlobStore, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    gone, cut, whole = content(10), content(20), content(30)
    for data in (gone, cut, whole):
        blobs.keep(data, sha256(data))
    blobs.source(sha256(gone)).path.unlink()
    path = blobs.source(sha256(cut)).path
    path.write_bytes(path.read_bytes()[:-1])
    blobs.sweep()
    assert [blobs.has(sha256(each)) for each in (gone, cut, whole)] == [False, False, True]
    assert len(caplog.records) == 2


def test_a_flipped_bit_is_found_when_read_and_the_file_given_up(blobs: BlobStore) -> None:
    data = content(600_000)
    blobs.keep(data, sha256(data))
    path = blobs.source(sha256(data)).path
    raw = bytearray(path.read_bytes())
    raw[400_000] ^= 1
    path.write_bytes(raw)
    with pytest.raises(DamagedBlobError):
        blobs.read(sha256(data))
    assert not blobs.has(sha256(data))
    assert not path.exists()


def test_two_exchanged_files_are_both_found(blobs: BlobStore) -> None:
    one, two = content(100_000), content(100_001)[:100_000]
    for data in (one, two):
        blobs.keep(data, sha256(data))
    first, second = blobs.source(sha256(one)).path, blobs.source(sha256(two)).path
    spare = first.with_name("spare")
    first.rename(spare)
    second.rename(first)
    spare.rename(second)
    assert set(blobs.verify()) == {sha256(one), sha256(two)}
    assert blobs.verify() == ()


def test_swapped_segments_are_found(blobs: BlobStore) -> None:
    data = content(1_000_000)
    blobs.keep(data, sha256(data))
    path = blobs.source(sha256(data)).path
    raw = path.read_bytes()
    step = 262_144 + 16
    swapped = raw[:32] + raw[32 + step : 32 + 2 * step] + raw[32 : 32 + step] + raw[32 + 2 * step :]
    path.write_bytes(swapped)
    assert blobs.verify() == (sha256(data),)


def test_forgetting_a_file_destroys_its_key_first(blobs: BlobStore, store: Store) -> None:
    data = content(100_000)
    blobs.keep(data, sha256(data))
    blobs.give_up(sha256(data))
    assert store.connection.execute("SELECT count(*) FROM blobs").fetchone()[0] == 0
    assert files(store) == []


def test_files_of_nobody_are_swept(blobs: BlobStore, store: Store) -> None:
    blobs.keep(b"mine", sha256(b"mine"))
    stray = store.folder / "blobs" / "ab"
    stray.mkdir(exist_ok=True)
    (stray / ("ab" * 32 + ".part")).write_bytes(b"noise")
    (stray / ("ab" * 32 + ".new")).write_bytes(b"noise")
    (stray / "Thumbs.db").write_bytes(b"somebody else")
    assert blobs.sweep() == 2
    assert (stray / "Thumbs.db").exists(), "not ours"
    assert blobs.read(sha256(b"mine")) == b"mine"


def test_a_file_that_comes_leaves_the_room_that_the_person_needs(
    blobs: BlobStore, full_disk: Callable[[int], None]
) -> None:
    full_disk(RESERVE + 1000)
    data = content(100_000)
    with pytest.raises(DiskFullError):
        blobs.begin(sha256(data), len(data))
    full_disk(RESERVE + 200_000)
    receive(blobs, data)


def test_a_file_under_way_stops_before_it_takes_what_the_ballast_gave_up(
    blobs: BlobStore, full_disk: Callable[[int], None]
) -> None:
    data = content(3_000_000)
    with blobs.begin(sha256(data), len(data)) as receiving:
        receiving.write(data[:1000])
        full_disk(FLOOR - 1)
        with pytest.raises(DiskFullError):
            receiving.write(data[1000:])


def test_what_the_person_makes_finds_room_longer(
    blobs: BlobStore, full_disk: Callable[[int], None]
) -> None:
    data = content(100_000)
    full_disk(OWN_RESERVE + 200_000)
    blobs.keep(data, sha256(data))
    full_disk(OWN_RESERVE)
    with pytest.raises(DiskFullError):
        blobs.keep(b"more", sha256(b"more"))
