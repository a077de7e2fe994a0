"""Laws of sealed files and wrapped keys."""

import hashlib
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from boardpack.sealing.errors import DamagedSealError, WrongKeyError, WrongSecretError
from boardpack.sealing.segments import SealedReader, SealedWriter, sealed_size
from boardpack.sealing.wrap import Cost, unwrap, wrap

KEY = bytes(range(32))
SMALL = 64
CHEAP = Cost(memory=8, passes=1, lanes=1)
CONTENT = bytes(range(200))

contents = st.binary(max_size=5 * SMALL)
quick = settings(deadline=None, max_examples=60)


def sealed(content: bytes, cuts: list[int]) -> bytes:
    """Seal `content`, written in pieces that end at `cuts`."""
    with tempfile.TemporaryFile() as file:
        writer = SealedWriter(file, KEY, segment_size=SMALL)
        edges = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
        for start, end in pairwise(edges):
            writer.write(memoryview(content)[start:end])
        assert writer.finish() == len(content)
        file.seek(0)
        return file.read()


def opened(data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sealed"
        path.write_bytes(data)
        with SealedReader(path, KEY) as reader:
            return reader.read_all()


@quick
@given(contents, st.lists(st.integers(0, 5 * SMALL), max_size=6))
def test_any_content_written_in_any_pieces_comes_back(content: bytes, cuts: list[int]) -> None:
    data = sealed(content, cuts)
    assert len(data) == sealed_size(len(content), SMALL)
    assert data == sealed(content, [])
    assert opened(data) == content


@quick
@given(contents, st.integers(0, 6 * SMALL), st.integers(0, 6 * SMALL))
def test_any_part_read_is_that_part(content: bytes, offset: int, length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sealed"
        path.write_bytes(sealed(content, []))
        with SealedReader(path, KEY) as reader:
            assert reader.read_at(offset, length) == content[offset : offset + length]


@settings(deadline=None)
@given(st.integers(0, 8 * sealed_size(len(CONTENT), SMALL) - 1))
def test_any_flipped_bit_is_noticed(bit: int) -> None:
    data = bytearray(sealed(CONTENT, []))
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DamagedSealError):
        opened(bytes(data))


@quick
@given(st.binary(min_size=1, max_size=200))
def test_anything_added_at_the_end_is_noticed(tail: bytes) -> None:
    with pytest.raises(DamagedSealError):
        opened(sealed(CONTENT, []) + tail)


@quick
@given(st.binary(max_size=400))
def test_foreign_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises((DamagedSealError, WrongKeyError)):
        opened(data)


@quick
@given(contents, st.integers(0, 500))
def test_a_file_cut_anywhere_is_resumed_to_the_same_bytes(content: bytes, left: int) -> None:
    whole = sealed(content, [])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part"
        path.write_bytes(whole[:left])
        seen = hashlib.sha256()
        writer, done = SealedWriter.resume(path, KEY, seen.update)
        with writer:
            seen.update(content[done:])
            writer.write(content[done:])
            writer.finish()
        with SealedReader(path, KEY) as reader:
            assert reader.read_all() == content
        assert seen.digest() == hashlib.sha256(content).digest()


@quick
@given(st.binary(min_size=32, max_size=32), st.text(min_size=1, max_size=40))
def test_a_wrapped_key_opens_with_its_secret(key: bytes, secret: str) -> None:
    assert unwrap(wrap(key, secret, CHEAP), secret) == key


@quick
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_wrapped_key_opens_with_no_other_secret(secret: str, other: str) -> None:
    blob = wrap(KEY, secret, CHEAP)
    if other.encode() == secret.encode():
        return
    try:
        assert unwrap(blob, other) == KEY  # the same letters, composed otherwise
    except WrongSecretError:
        return
    assert len(other) != len(secret)


@quick
@given(st.binary(max_size=200))
def test_foreign_bytes_wrap_no_key(data: bytes) -> None:
    with pytest.raises(DamagedSealError):
        unwrap(data, "secret")


BLOB = wrap(KEY, "motdepasse", CHEAP)


@quick
@given(st.integers(0, len(BLOB) - 1), st.integers(1, 255))
def test_a_damaged_blob_is_told_from_a_wrong_secret(at: int, change: int) -> None:
    blob = bytearray(BLOB)
    blob[at] ^= change
    with pytest.raises(DamagedSealError):
        unwrap(bytes(blob), "motdepasse")


def test_two_wrappings_of_one_key_share_nothing() -> None:
    other = wrap(KEY, "motdepasse", CHEAP)
    assert BLOB[:24] == other[:24]
    assert not {BLOB[at : at + 8] for at in range(24, 132)} & {
        other[at : at + 8] for at in range(24, 125)
    }
