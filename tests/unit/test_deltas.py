"""Every class of revision comes back byte for byte, from a fraction of the file."""

from __future__ import annotations

import mmap
import random
from itertools import pairwise
from pathlib import Path

import pymupdf
import pytest
from zlib_ng import zlib_ng

from boardpack.domain.transfers import DeltaKind
from sync.delta import artefacts, flate, matching, patch, pdf_aware, probe, recipe
from sync.delta.content import PIECE, Memory
from tests.conftest import CORPUS
from tests.helpers import revisions
from tests.helpers.tools import run, tool

PAIRS = revisions.pairs()
MAKERS = {DeltaKind.RECIPE: recipe.make, DeltaKind.ZSTD: patch.make, DeltaKind.PDF: pdf_aware.make}
#: What the best delta of a class may take of the whole file (these are small files).
MOST = {"scan with a page scanned again": 0.18, "exported again, a paragraph more": 0.09}


def applied(kind: DeltaKind, artefact: bytes, old: bytes, size: int, start: int = 0) -> bytes:
    pieces = list(artefacts.apply(kind, Memory(artefact), Memory(old), size, start))
    return b"".join(pieces)


@pytest.mark.parametrize("kind", DeltaKind)
@pytest.mark.parametrize("name", PAIRS)
def test_a_revision_comes_back_byte_for_byte(name: str, kind: DeltaKind) -> None:
    old, new = PAIRS[name]
    artefact = MAKERS[kind](old, new)
    assert artefact is not None
    assert applied(kind, artefact, old, len(new)) == new
    for start in (1, len(new) // 2, len(new) - 1, len(new)):
        assert applied(kind, artefact, old, len(new), start) == new[start:]


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_kept_is_small_and_each_kind_is_worth_more_than_the_last(name: str) -> None:
    old, new = PAIRS[name]
    kept = artefacts.make(old, new)
    sizes = [len(each.data) for each in kept]
    assert sizes[0] < artefacts.WORTH * len(new)
    assert all(b < artefacts.BETTER * a for a, b in pairwise(sizes))
    assert sizes[-1] <= MOST.get(name, 0.06) * len(new), sizes


@pytest.mark.corpus
@pytest.mark.parametrize("path", sorted(CORPUS.glob("council/*.pdf")), ids=lambda each: each.name)
def test_real_papers_come_back_byte_for_byte(path: Path) -> None:
    old = path.read_bytes()
    with pymupdf.open(stream=old) as document:
        if document.needs_pass:
            pytest.skip("a document that needs a password cannot be revised here")
    for revise in (revisions.stamped, revisions.erratum, revisions.relinearised):
        new = revise(old)
        for each in artefacts.make(old, new):
            assert applied(each.kind, each.data, old, len(new)) == new


def test_files_without_anything_in_common_have_no_delta() -> None:
    old, new = (random.Random(seed).randbytes(50_000) for seed in (1, 2))
    assert artefacts.make(old, new) == ()


@pytest.mark.parametrize(("old", "new"), [(b"", b"x" * 9_000), (b"y" * 9_000, b""), (b"", b"")])
def test_empty_files_are_files(old: bytes, new: bytes) -> None:
    for kind, make in MAKERS.items():
        artefact = make(old, new)
        if artefact is not None:
            assert applied(kind, artefact, old, len(new)) == new


def test_a_large_file_is_compared_from_the_disk(tmp_path: Path) -> None:
    chance = random.Random(7)
    old = chance.randbytes(9_000_000)
    new = old[:4_194_303] + b"une ligne de plus" + old[4_194_303:8_000_000] + old[100:200_000]
    (tmp_path / "old").write_bytes(old)
    with (
        (tmp_path / "old").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
    ):
        artefact = recipe.make(mapped, new)
    assert artefact is not None
    assert len(artefact) < 4_000
    assert applied(DeltaKind.RECIPE, artefact, old, len(new)) == new


def test_anchors_do_not_depend_on_what_stands_before() -> None:
    data = random.Random(5).randbytes(300_000)
    plain = set(matching.anchors(data))
    shifted = {each - 1_001 for each in matching.anchors(bytes(1_001) + data)}
    assert len(plain & shifted) > 0.95 * len(plain)


def test_a_recipe_reads_only_the_ranges_it_copies_and_goes_on_anywhere() -> None:
    class Counted(Memory):
        read = 0

        def read_at(self, offset: int, length: int) -> bytes:
            self.read += length
            return super().read_at(offset, length)

    old = random.Random(6).randbytes(8 * 1024 * 1024)
    new = b"neuf" * 500 + old[5_000:]
    artefact = recipe.make(old, new)
    assert artefact is not None
    base = Counted(old)
    start = len(new) - 100_000
    pieces = list(recipe.apply(Memory(artefact), base, len(new), start))
    assert b"".join(pieces) == new[start:]
    assert base.read <= 2 * PIECE, "what was there before the kill is not read again"
    assert max(map(len, pieces)) <= PIECE


def test_a_patch_is_what_the_standard_tool_reads(tmp_path: Path) -> None:
    old, new = PAIRS["bundle rebuilt"]
    artefact = patch.make(old, new)
    assert artefact is not None
    (tmp_path / "old").write_bytes(old)
    (tmp_path / "patch").write_bytes(artefact)
    zstd = tool("zstd")
    out = run(zstd, "-d", "-c", f"--patch-from={tmp_path / 'old'}", tmp_path / "patch")
    assert out == new


def test_files_over_the_limit_have_only_a_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patch, "MOST_BYTES", 10_000)
    monkeypatch.setattr(pdf_aware, "MOST_BYTES", 10_000)
    old, new = PAIRS["annotated incrementally"]
    assert [each.kind for each in artefacts.make(old, new)] == [DeltaKind.RECIPE]


def test_another_deflate_is_told_apart_by_the_probe() -> None:
    """zlib-ng, in some builds of Python, makes other bytes: such a device asks for no PDF delta."""

    def deflate(content: bytes, setting: flate.Setting) -> bytes:
        made = zlib_ng.compressobj(
            setting.level, zlib_ng.DEFLATED, zlib_ng.MAX_WBITS, setting.memory_level
        )
        return made.compress(content) + made.flush()

    assert len(set(probe.table())) == len(flate.SETTINGS), "the text tells all settings apart"
    assert probe.fingerprint(deflate) != probe.own()
    assert probe.fingerprint() == probe.own()


def test_streams_of_another_library_are_left_alone() -> None:
    """After three misses in a row the rest is not tried; old streams need no exactness at all."""
    content = b"\n".join(b"%d %d m %d %d l S" % (n, 7 * n % 91, n * n % 89, n) for n in range(4000))
    foreign = zlib_ng.compress(content, 6)
    ours = flate.deflate(content, flate.Setting(6, 8))
    data = b"".join(
        b"%PDF-1.7\nstream\n" if not number else b"\nendstream\nstream\n" + each
        for number, each in enumerate([b"", *[foreign] * 5, ours])
    )
    settings = flate.Settings()
    found = [settings.of(data, each) for each in flate.streams(data, 10**7)]
    assert found == [None] * 6
    old = data.replace(ours, b"")
    new = b"%PDF-1.7\nstream\n" + ours
    artefact = pdf_aware.make(old, new)
    assert artefact is not None
    assert applied(DeltaKind.PDF, artefact, old, len(new)) == new
    assert len(artefact) < len(new) / 10, "the content was found in a stream of another library"
