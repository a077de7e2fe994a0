"""Laws of deltas: any revision comes back; any altered artefact is refused or harmless."""

from __future__ import annotations

import random

from hypothesis import given, settings, strategies as st

from boardpack.domain.transfers import DeltaKind
from sync.delta import artefacts, patch, pdf_aware, recipe, varint
from sync.delta.content import Memory
from sync.delta.errors import BadDeltaError
from tests.helpers import revisions

MAKERS = {DeltaKind.RECIPE: recipe.make, DeltaKind.ZSTD: patch.make, DeltaKind.PDF: pdf_aware.make}
BASE = revisions.report(revisions.paragraphs(30, 1))
REVISED = revisions.stamped_anew(BASE)
MADE = {kind: make(BASE, REVISED) or b"" for kind, make in MAKERS.items()}

#: (seed, size): bytes that look deflated; or text, or one byte over and over.
blocks = st.one_of(
    st.tuples(st.integers(0, 5), st.integers(0, 3000)).map(
        lambda each: random.Random(each[0]).randbytes(each[1])
    ),
    st.binary(max_size=200),
    st.tuples(st.sampled_from(b"\0 \n0"), st.integers(0, 3000)).map(
        lambda each: bytes([each[0]]) * each[1]
    ),
)
contents = st.lists(blocks, max_size=8).map(b"".join)
quick = settings(deadline=None, max_examples=80)


@quick
@given(contents, contents, st.integers(0, 30_000))
def test_any_file_from_any_other_from_any_place(old: bytes, new: bytes, start: int) -> None:
    for kind, make in MAKERS.items():
        artefact = make(old, new)
        if artefact is None:
            continue
        pieces = artefacts.apply(kind, Memory(artefact), Memory(old), len(new), start)
        assert b"".join(pieces) == new[start:]


@quick
@given(
    st.sampled_from(DeltaKind),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=4),
    st.integers(0, 5000),
    st.integers(0, 40_000),
)
def test_an_altered_artefact_gives_no_more_than_the_file(
    kind: DeltaKind, flips: list[tuple[int, int]], cut: int, size: int
) -> None:
    altered = bytearray(MADE[kind])
    for place, value in flips:
        altered[place % len(altered)] = value
    artefact = bytes(altered[: len(altered) - cut % len(altered)])
    got = bytearray()
    try:
        for piece in artefacts.apply(kind, Memory(artefact), Memory(BASE), size):
            got += piece
    except BadDeltaError:
        assert len(got) <= size
    else:
        assert len(got) == size


@quick
@given(st.integers(0, (1 << 62) - 1))
def test_numbers_come_back(number: int) -> None:
    assert varint.read(iter(varint.write(number)).__next__) == number
    for signed in (number // 2, -number // 2):
        assert varint.read_signed(iter(varint.write_signed(signed)).__next__) == signed
