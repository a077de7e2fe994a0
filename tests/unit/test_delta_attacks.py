"""Hostile artefacts: one error of the tree, bounded time, memory and output."""

from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest

from boardpack.domain.transfers import DeltaKind
from sync.delta import artefacts, flate, patch, pdf_aware, recipe, varint, zstd
from sync.delta.content import Memory
from sync.delta.errors import BadDeltaError
from tests.helpers import revisions

OLD = revisions.report(revisions.paragraphs(20, 1))
NEW = revisions.stamped_anew(OLD)
SIZE = 10_000


def frame(data: bytes) -> bytes:
    return zstd.compress(data, window_log=20)


def of_recipe(*operations: bytes) -> bytes:
    return recipe.MAGIC + frame(b"".join(operations))


def copy(length: int, at: int) -> bytes:
    return varint.write(length << 1) + varint.write_signed(at)


def literal(data: bytes, length: int | None = None) -> bytes:
    return varint.write((len(data) if length is None else length) << 1 | 1) + data


def of_pdf(plan: list[int], body: bytes = b"") -> bytes:
    head = frame(b"".join(varint.write(each) for each in plan))
    return pdf_aware.MAGIC + len(head).to_bytes(4) + head + (body or frame(b"x" * SIZE))


BOMB = frame(bytes(200_000_000))
RECIPES = {
    "nothing": b"",
    "another magic": b"bprecip9" + frame(b""),
    "no frame": recipe.MAGIC + b"not zstd at all",
    "cut frame": of_recipe(literal(b"a" * 5000))[:-5],
    "bytes after the frame": of_recipe(literal(b"a" * SIZE)) + b"more",
    "two frames": of_recipe(literal(b"a" * SIZE)) + frame(b"more"),
    "copy before the base": of_recipe(copy(100, -1)),
    "copy beyond the base": of_recipe(copy(SIZE, len(OLD) - 100)),
    "copy far beyond": of_recipe(copy(100, 1 << 61)),
    "empty copy": of_recipe(copy(0, 0)),
    "longer than announced": of_recipe(copy(SIZE + 1, 0)),
    "huge": of_recipe(copy(1 << 60, 0)),
    "goes on after the end": of_recipe(literal(b"a" * SIZE), literal(b"b")),
    "too short": of_recipe(literal(b"a" * (SIZE - 1))),
    "literal cut": of_recipe(literal(b"a" * 10, length=SIZE)),
    "number without end": of_recipe(b"\xff" * 20),
    "crumbs": of_recipe(*[copy(1, 0)] * SIZE),
    "bomb": recipe.MAGIC + BOMB,
    "larger window": recipe.MAGIC
    + zstd.compress(bytes(1 << 25), window_log=26, base=b"12345678" * (1 << 20)),
}
PATCHES = {
    "nothing": b"",
    "no frame": b"not zstd at all",
    "longer": patch.make(OLD, bytes(SIZE + 1)),
    "shorter": patch.make(OLD, bytes(SIZE - 1)),
    "cut": (patch.make(OLD, NEW) or b"")[:-20],
    "bomb": BOMB,
    "dictionary by number": b"\x28\xb5\x2f\xfd\x23\x01\x02\x03\x04" + bytes(20),
}
PDFS = {
    "nothing": b"",
    "another magic": b"bppdf--9" + bytes(100),
    "no plan": pdf_aware.MAGIC + bytes(4),
    "plan beyond the file": pdf_aware.MAGIC + b"\xff\xff\xff\x00" + frame(b"\0\0"),
    "plan is a bomb": pdf_aware.MAGIC + len(BOMB).to_bytes(4) + BOMB,
    "plan cut": of_pdf([1, 0]),
    "count without streams": of_pdf([1 << 40]),
    "stream where none is": of_pdf([1, 0, 10, 0]),
    "stream of another length": of_pdf([1, OLD.index(b"stream\n") + 7, 3, 0]),
    "stream beyond the base": of_pdf([1, 1 << 40, 10, 0]),
    "setting that is none": of_pdf([0, 1, 0, 10, len(flate.SETTINGS)]),
    "expanded beyond the limit": of_pdf([0, 1, 0, 1 << 40, 3]),
    "expanded shorter than planned": of_pdf([0, 1, 0, SIZE + 1, 3]),
    "not that size": of_pdf([0, 0], frame(b"x" * (SIZE + 1))),
    "body is a bomb": of_pdf([0, 0], BOMB),
}
ATTACKS = [
    pytest.param(kind, artefact, id=f"{kind}: {name}")
    for kind, attacks in (
        (DeltaKind.RECIPE, RECIPES),
        (DeltaKind.ZSTD, PATCHES),
        (DeltaKind.PDF, PDFS),
    )
    for name, artefact in attacks.items()
]


def _drain(pieces: Iterator[bytes]) -> None:
    got = 0
    for piece in pieces:
        got += len(piece)
        assert got <= SIZE


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("kind", "artefact"), ATTACKS)
def test_a_hostile_artefact_is_refused_by_name(kind: DeltaKind, artefact: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadDeltaError):
            _drain(artefacts.apply(kind, Memory(artefact), Memory(OLD), SIZE))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_base_full_of_bombs_is_not_inflated() -> None:
    bomb = zlib.compress(bytes(70_000_000), 9)
    old = b"%PDF-1.7\n" + b"".join(b"stream\n" + bomb + b"endstream\n" for _ in range(3))
    new = old + b"stream\n" + zlib.compress(b"un mot" * 9, 9)
    artefact = pdf_aware.make(old, new)
    assert artefact is not None
    assert b"".join(pdf_aware.apply(Memory(artefact), Memory(old), len(new))) == new
    begin = old.index(b"stream\n") + 7
    hostile = of_pdf([1, begin, len(bomb), 0])
    with pytest.raises(BadDeltaError):
        list(pdf_aware.apply(Memory(hostile), Memory(old), SIZE))


Apply = Callable[..., Iterator[bytes]]


@pytest.mark.parametrize(
    ("apply", "module"), [(patch.apply, patch), (pdf_aware.apply, pdf_aware)], ids=["zstd", "pdf"]
)
def test_a_kind_that_needs_memory_refuses_large_files(apply: Apply, module: object) -> None:
    most: int = module.MOST_BYTES  # type: ignore[attr-defined]  # both modules have it
    with pytest.raises(BadDeltaError):
        list(apply(Memory(b""), Memory(OLD), most + 1))
    with pytest.raises(BadDeltaError):
        list(apply(Memory(b""), Memory(bytes(most + 1)), SIZE))
