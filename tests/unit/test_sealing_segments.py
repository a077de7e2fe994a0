"""Sealed files: what is written is read, and nothing else ever is."""

import errno
import hashlib
import io
import os
from pathlib import Path

import pytest

from boardpack.sealing.cipher import HEADER_SIZE, SEGMENT_SIZE, TAG_SIZE
from boardpack.sealing.errors import DamagedSealError, UnreadableSealError, WrongKeyError
from boardpack.sealing.segments import SealedReader, SealedWriter, new_key, sealed_size

SMALL = 64
STEP = SMALL + TAG_SIZE
CONTENT = bytes(range(256)) * 2


def seal(path: Path, key: bytes, content: bytes, segment_size: int = SMALL) -> Path:
    with path.open("wb") as file:
        writer = SealedWriter(file, key, segment_size=segment_size)
        writer.write(content)
        writer.finish()
    return path


def unseal(path: Path, key: bytes) -> bytes:
    with SealedReader(path, key) as reader:
        return reader.read_all()


@pytest.fixture
def key() -> bytes:
    return new_key()


@pytest.fixture
def sealed(tmp_path: Path, key: bytes) -> Path:
    """Eight full segments of 64 bytes."""
    return seal(tmp_path / "sealed", key, CONTENT)


@pytest.mark.parametrize(
    "size", [0, 1, SEGMENT_SIZE - 1, SEGMENT_SIZE, SEGMENT_SIZE + 1, 3 * SEGMENT_SIZE]
)
def test_content_of_any_size_comes_back(tmp_path: Path, key: bytes, size: int) -> None:
    content = os.urandom(size)
    path = seal(tmp_path / "sealed", key, content, SEGMENT_SIZE)
    assert path.stat().st_size == sealed_size(size)
    with SealedReader(path, key) as reader:
        assert reader.size == size
        assert reader.read_all() == content
        assert b"".join(map(bytes, reader.segments())) == content


def test_a_place_in_the_middle_is_read_across_segments(sealed: Path, key: bytes) -> None:
    with SealedReader(sealed, key) as reader:
        assert reader.read_at(60, 140) == CONTENT[60:200]
        assert reader.read_at(len(CONTENT) - 3, 100) == CONTENT[-3:]
        assert reader.read_at(len(CONTENT) + 5, 100) == b""


def test_the_file_shows_nothing_of_its_content(tmp_path: Path, key: bytes) -> None:
    path = seal(tmp_path / "sealed", key, b"DELIBERATION SECRETE " * 40)
    assert b"DELIBERATION" not in path.read_bytes()


def test_the_same_content_sealed_twice_looks_different(tmp_path: Path) -> None:
    one = seal(tmp_path / "one", new_key(), CONTENT).read_bytes()
    other = seal(tmp_path / "other", new_key(), CONTENT).read_bytes()
    assert one[HEADER_SIZE:] != other[HEADER_SIZE:]


@pytest.mark.parametrize("left", range(0, HEADER_SIZE + 8 * STEP, 7))
def test_a_cut_file_is_refused(sealed: Path, key: bytes, left: int) -> None:
    os.truncate(sealed, left)
    with pytest.raises(DamagedSealError):
        unseal(sealed, key)


def test_a_file_cut_after_a_whole_segment_is_refused_when_opened(sealed: Path, key: bytes) -> None:
    os.truncate(sealed, HEADER_SIZE + 4 * STEP)
    with pytest.raises(DamagedSealError):
        SealedReader(sealed, key)


def rearranged(path: Path, order: list[int]) -> None:
    data = path.read_bytes()
    body = data[HEADER_SIZE:]
    segments = [body[at : at + STEP] for at in range(0, len(body), STEP)]
    path.write_bytes(data[:HEADER_SIZE] + b"".join(segments[number] for number in order))


@pytest.mark.parametrize(
    "order",
    [
        [1, 0, 2, 3, 4, 5, 6, 7],
        [0, 1, 2, 2, 4, 5, 6, 7],
        [0, 2, 3, 4, 5, 6, 7],
        [0, 1, 2, 3, 4, 5, 6, 7, 7],
        [7],
    ],
    ids=["swapped", "repeated", "one left out", "end repeated", "only the end"],
)
def test_segments_out_of_order_are_refused(sealed: Path, key: bytes, order: list[int]) -> None:
    rearranged(sealed, order)
    with pytest.raises(DamagedSealError):
        unseal(sealed, key)


def test_a_segment_of_another_file_is_refused(sealed: Path, tmp_path: Path, key: bytes) -> None:
    other = seal(tmp_path / "other", new_key(), CONTENT).read_bytes()
    data = bytearray(sealed.read_bytes())
    data[HEADER_SIZE : HEADER_SIZE + STEP] = other[HEADER_SIZE : HEADER_SIZE + STEP]
    sealed.write_bytes(data)
    with pytest.raises(DamagedSealError):
        unseal(sealed, key)


def test_another_file_in_its_place_is_told_from_damage(sealed: Path, key: bytes) -> None:
    seal(sealed, new_key(), CONTENT)
    with pytest.raises(WrongKeyError):
        SealedReader(sealed, key)


def test_damage_costs_its_segment_only(sealed: Path, key: bytes) -> None:
    data = bytearray(sealed.read_bytes())
    data[HEADER_SIZE + 3 * STEP + 5] ^= 1
    sealed.write_bytes(data)
    with SealedReader(sealed, key) as reader:
        assert reader.read_at(0, 3 * SMALL) == CONTENT[: 3 * SMALL]
        assert reader.read_at(4 * SMALL, 4 * SMALL) == CONTENT[4 * SMALL :]
        with pytest.raises(DamagedSealError):
            reader.read_at(3 * SMALL, 1)


def test_a_missing_file_is_unreadable(tmp_path: Path, key: bytes) -> None:
    with pytest.raises(UnreadableSealError):
        SealedReader(tmp_path / "absent", key)


def test_nothing_is_written_after_the_end(tmp_path: Path, key: bytes) -> None:
    with (tmp_path / "sealed").open("wb") as file:
        writer = SealedWriter(file, key)
        writer.write(b"abc")
        assert writer.finish() == 3
        with pytest.raises(ValueError, match="finished"):
            writer.write(b"d")


def test_a_new_file_may_be_resumed_before_anything_was_written(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "part"
    path.touch()
    writer, done = SealedWriter.resume(path, key)
    with writer:
        assert done == 0
        writer.write(CONTENT)
        writer.finish()
        writer.sync()
    assert unseal(path, key) == CONTENT


def test_resuming_keeps_whole_segments_and_gives_their_digest(sealed: Path, key: bytes) -> None:
    os.truncate(sealed, HEADER_SIZE + 5 * STEP + 11)
    seen = hashlib.sha256()
    writer, done = SealedWriter.resume(sealed, key, seen.update)
    with writer:
        assert done == writer.size == 5 * SMALL
        assert seen.digest() == hashlib.sha256(CONTENT[:done]).digest()
        writer.write(CONTENT[done:])
        writer.finish()
    assert unseal(sealed, key) == CONTENT


def test_resuming_stops_before_a_torn_segment(sealed: Path, key: bytes) -> None:
    data = bytearray(sealed.read_bytes())
    data[HEADER_SIZE + 2 * STEP] ^= 255
    sealed.write_bytes(data)
    writer, done = SealedWriter.resume(sealed, key)
    writer.close()
    assert done == 2 * SMALL


def test_resuming_with_another_key_touches_nothing(sealed: Path) -> None:
    before = sealed.read_bytes()
    with pytest.raises(WrongKeyError):
        SealedWriter.resume(sealed, new_key())
    assert sealed.read_bytes() == before


class FullDisk(io.FileIO):
    """A disk with room for `room` bytes."""

    room = 0

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]  # FileIO takes any buffer
        if not self.room:
            raise OSError(errno.ENOSPC, "no room")
        taken = view[: self.room]
        self.room -= len(taken)
        return super().write(taken) or 0


def test_writing_goes_on_where_a_full_disk_stopped_it(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "sealed"
    with FullDisk(path, "wb") as disk:
        disk.room = HEADER_SIZE + 2 * STEP + 10
        writer = SealedWriter(disk, key, segment_size=SMALL)
        with pytest.raises(OSError, match="no room"):
            writer.write(CONTENT)
        disk.room = 10_000
        writer.write(CONTENT[writer.size :])
        writer.finish()
    assert unseal(path, key) == CONTENT
