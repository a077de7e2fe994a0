"""Files sealed together: each comes back; what is altered, cut or hostile is refused."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import pytest

from boardpack.sealing import packs
from boardpack.sealing.errors import DamagedSealError, WrongKeyError
from boardpack.sealing.packs import PackReader
from boardpack.sealing.segments import SealedReader, SealedWriter, new_key

FILES = {"a": b"", "b": b"short", "c": os.urandom(600_000), "d": b"last"}


def sealed(folder: Path, content: bytes) -> SealedReader:
    """Put bytes into a sealed file, as the store holds a pack."""
    key, path = new_key(), folder / "outer"
    with SealedWriter(path.open("wb", buffering=0), key) as writer:
        writer.write(content)
        writer.finish()
    return SealedReader(path, key)


def packed(folder: Path, key: bytes) -> bytes:
    path = folder / "pack"
    names = [(name, len(data)) for name, data in FILES.items()]
    halves = [(data[: len(data) // 2], data[len(data) // 2 :]) for data in FILES.values()]
    packs.write(path, key, names, halves)
    return path.read_bytes()


def test_each_file_comes_back_from_any_place(tmp_path: Path) -> None:
    key = new_key()
    content = packed(tmp_path, key)
    assert not any(data in content for data in FILES.values() if len(data) > 4)
    with PackReader(sealed(tmp_path, content), key) as reader:
        assert list(reader.files) == list(FILES)
        for name, data in FILES.items():
            for start in (0, 1, 262_144, len(data)):
                assert b"".join(reader.pieces(name, start)) == data[start:]
        assert not list(reader.pieces("unknown"))


@pytest.mark.parametrize("key", [bytes(32), b"", b"short"])
def test_another_key_opens_nothing(tmp_path: Path, key: bytes) -> None:
    content = packed(tmp_path, new_key())
    with pytest.raises(WrongKeyError):
        PackReader(sealed(tmp_path, content), key)


@pytest.mark.parametrize("size", [0, 10, 100, 300_000])
def test_a_pack_that_was_cut_opens_nothing(tmp_path: Path, size: int) -> None:
    key = new_key()
    content = packed(tmp_path, key)
    with pytest.raises(DamagedSealError):
        PackReader(sealed(tmp_path, content[:size]), key)


def test_an_altered_byte_is_found_where_it_is_read(tmp_path: Path) -> None:
    key = new_key()
    content = bytearray(packed(tmp_path, key))
    content[400_000] ^= 1
    with PackReader(sealed(tmp_path, bytes(content)), key) as reader:
        assert b"".join(reader.pieces("b")) == FILES["b"]
        with pytest.raises(DamagedSealError):
            list(reader.pieces("c"))


@pytest.mark.parametrize(
    "index",
    [
        b"",
        b"\xff" * 10,
        json.dumps([["a", 99]]).encode(),
        json.dumps([["a", -5], ["b", 9]]).encode(),
        json.dumps([["a"]]).encode(),
        json.dumps({"a": 4}).encode(),
        json.dumps([["a", "x"]]).encode(),
    ],
)
def test_a_hostile_index_is_refused(tmp_path: Path, index: bytes) -> None:
    key, path = new_key(), tmp_path / "hostile"
    with SealedWriter(path.open("wb", buffering=0), key) as writer:
        writer.write(struct.pack(">I", len(index)) + index + b"four")
        writer.finish()
    with pytest.raises(DamagedSealError):
        PackReader(sealed(tmp_path, path.read_bytes()), key)


def test_a_length_beyond_the_content_is_refused(tmp_path: Path) -> None:
    key, path = new_key(), tmp_path / "hostile"
    with SealedWriter(path.open("wb", buffering=0), key) as writer:
        writer.write(struct.pack(">I", 2**32 - 1))
        writer.finish()
    with pytest.raises(DamagedSealError):
        PackReader(sealed(tmp_path, path.read_bytes()), key)
