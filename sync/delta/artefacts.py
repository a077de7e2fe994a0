"""Which deltas of a file from another are worth keeping, and how each kind is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from boardpack.domain.transfers import DeltaKind
from sync.delta import patch, pdf_aware, recipe
from sync.delta.content import Content
from sync.delta.matching import Source

#: A delta must be smaller than this part of the whole file,
WORTH: Final = 0.5
#: and one that needs more of the device than the last kind, than this part of that one.
BETTER: Final = 0.8

_Make: TypeAlias = Callable[[Source, Source], bytes | None]
_Apply: TypeAlias = Callable[[Content, Content, int, int], Iterator[bytes]]
#: From what asks least of the device to what asks most.
_MAKERS: Final[dict[DeltaKind, _Make]] = {
    DeltaKind.RECIPE: recipe.make,
    DeltaKind.ZSTD: patch.make,
    DeltaKind.PDF: pdf_aware.make,
}
_APPLIERS: Final[dict[DeltaKind, _Apply]] = {
    DeltaKind.RECIPE: recipe.apply,
    DeltaKind.ZSTD: patch.apply,
    DeltaKind.PDF: pdf_aware.apply,
}


KINDS: Final = tuple(_MAKERS)


@dataclass(frozen=True)
class Artefact:
    """The bytes of one delta."""

    kind: DeltaKind
    data: bytes


def make(old: Source, new: Source) -> tuple[Artefact, ...]:
    """Return the deltas of `new` from `old` that are worth keeping, the smallest last."""
    kept: list[Artefact] = []
    best = len(new) * WORTH
    for kind, maker in _MAKERS.items():
        data = maker(old, new)
        if data is None or len(data) >= best:
            continue
        kept.append(Artefact(kind, data))
        best = len(data) * BETTER
    return tuple(kept)


def apply(
    kind: DeltaKind, artefact: Content, old: Content, size: int, start: int = 0
) -> Iterator[bytes]:
    """Yield the bytes of a file of `size` bytes from `start` on, a piece at a time.

    Raises:
        BadDeltaError: malformed, beyond a limit, or not of that base.
    """
    return _APPLIERS[kind](artefact, old, size, start)
