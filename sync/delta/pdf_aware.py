"""Patches between PDFs whose streams are inflated: a changed word is a changed word again.

A deflated stream changes from its first changed byte to its end. So both files are expanded
(streams inflated where they stand), the patch goes from one expanded form to the other, and the
device deflates again. Old streams may come from any library, since inflating is standardised; new
ones are inflated only where stock zlib makes the very bytes again.

Artefact: the magic; the length and the zstd frame of the plan; the zstd patch. The plan is numbers:
how many old streams, then for each the bytes before it and its deflated length; then the same of
the new ones with their inflated length and the place of the setting in `flate.SETTINGS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sync.delta import flate, patch, varint, zstd
from sync.delta.content import PIECE, Content, Memory
from sync.delta.errors import BadDeltaError
from sync.delta.matching import Source

MAGIC: Final = b"bppdf--1"
#: Of the file and of its base, each; and of each expanded form.
MOST_BYTES: Final = 16 * 1024 * 1024
MOST_EXPANDED: Final = 64 * 1024 * 1024
_WINDOW_LOG: Final = 27
_PLAN_WINDOW_LOG: Final = 20
_MOST_PLAN: Final = 4 * 1024 * 1024
_LENGTH: Final = 4
_PDF: Final = b"%PDF-"


class _Old(NamedTuple):
    """`before` bytes as they are, then a stream of `deflated` bytes to be inflated."""

    before: int
    deflated: int


class _New(NamedTuple):
    """`before` bytes as they are, then `inflated` bytes to be deflated with a setting."""

    before: int
    inflated: int
    setting: int


@dataclass
class _Plan:
    old: list[_Old] = field(default_factory=list)
    new: list[_New] = field(default_factory=list)


def make(old: Source, new: Source) -> bytes | None:
    """Return the artefact; None when it cannot be: no PDF, too large, no stream of stock zlib."""
    if max(len(old), len(new)) > MOST_BYTES or new[: len(_PDF)] != _PDF:
        return None
    plan = _Plan()
    after = _expand_new(new[:], plan.new)
    if not plan.new:
        return None
    before = _expand_old(old[:], plan.old)
    if max(len(before), len(after)) > MOST_EXPANDED:
        return None
    head = zstd.compress(_written(plan), window_log=_PLAN_WINDOW_LOG)
    body = zstd.compress(after, window_log=_WINDOW_LOG, base=before)
    return MAGIC + len(head).to_bytes(_LENGTH) + head + body


def _expand_old(data: bytes, plan: list[_Old]) -> bytes:
    parts, done = [], 0
    for stream in flate.streams(data, MOST_EXPANDED - len(data)):
        plan.append(_Old(stream.begin - done, stream.end - stream.begin))
        parts += [data[done : stream.begin], stream.content]
        done = stream.end
    return b"".join([*parts, data[done:]])


def _expand_new(data: bytes, plan: list[_New]) -> bytes:
    parts, done, settings = [], 0, flate.Settings()
    for stream in flate.streams(data, MOST_EXPANDED - len(data)):
        setting = settings.of(data, stream)
        if setting is None:
            continue
        place = flate.SETTINGS.index(setting)
        plan.append(_New(stream.begin - done, len(stream.content), place))
        parts += [data[done : stream.begin], stream.content]
        done = stream.end
    return b"".join([*parts, data[done:]])


def _written(plan: _Plan) -> bytes:
    numbers = [len(plan.old), *(number for each in plan.old for number in each)]
    numbers += [len(plan.new), *(number for each in plan.new for number in each)]
    return b"".join(varint.write(each) for each in numbers)


def apply(artefact: Content, old: Content, size: int, start: int = 0) -> Iterator[bytes]:
    """Yield the new file's bytes from `start` on.

    Raises:
        BadDeltaError: malformed, beyond a limit, or not `size` bytes.
    """
    if max(old.size, size) > MOST_BYTES:
        raise BadDeltaError(reason="size")
    plan, at = _read(artefact)
    # Nobody but the decompressor keeps the inflated base: it copies it.
    base = [_inflated(old.read_at(0, old.size), plan.old)]
    pieces = zstd.pieces(artefact, start=at, window_log=_WINDOW_LOG, base=base.pop())
    yield from patch.rest(_deflated(pieces, plan.new), size, start)


def _read(artefact: Content) -> tuple[_Plan, int]:
    """Return the plan, and where the patch begins."""
    begin = len(MAGIC) + _LENGTH
    head = artefact.read_at(0, begin)
    length = int.from_bytes(head[len(MAGIC) :])
    if head[: len(MAGIC)] != MAGIC or not 0 < length <= min(_MOST_PLAN, artefact.size - begin):
        raise BadDeltaError(reason="magic")
    frame = Memory(artefact.read_at(begin, length))
    data = bytearray()
    for piece in zstd.pieces(frame, start=0, window_log=_PLAN_WINDOW_LOG):
        data += piece
        if len(data) > _MOST_PLAN:
            raise BadDeltaError(reason="plan")
    return _plan(bytes(data)), begin + length


def _plan(data: bytes) -> _Plan:
    source = iter(data)

    def number() -> int:
        try:
            return varint.read(source.__next__)
        except StopIteration as error:
            raise BadDeltaError(reason="plan") from error

    old = [_Old(number(), number()) for _ in _counted(number(), data)]
    new = [_New(number(), number(), number()) for _ in _counted(number(), data)]
    if any(each.setting >= len(flate.SETTINGS) for each in new):
        raise BadDeltaError(reason="setting")
    return _Plan(old, new)


def _counted(count: int, data: bytes) -> range:
    if count > len(data):
        raise BadDeltaError(reason="plan")
    return range(count)


def _inflated(data: bytes, plan: list[_Old]) -> bytearray:
    parts, done = bytearray(), 0
    for before, length in plan:
        begin = done + before
        stream = flate.inflate(data, begin, MOST_EXPANDED - len(parts))
        if stream is None or stream.end - begin != length:
            raise BadDeltaError(reason="base")
        parts += data[done:begin]
        parts += stream.content
        done = stream.end
    return parts + data[done:]


class _Expanded:
    """The pieces of an expanded form, taken in lengths."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    def take(self, length: int) -> Iterator[bytes]:
        """Yield the next bytes, each time `PIECE` of them but for the last."""
        while length:
            wanted = min(PIECE, length)
            while len(self._held) < wanted:
                piece = next(self._pieces, b"")
                if not piece:
                    raise BadDeltaError(reason="shorter")
                self._held += piece
            taken = bytes(self._held[:wanted])
            del self._held[:wanted]
            length -= wanted
            yield taken

    def rest(self) -> Iterator[bytes]:
        yield bytes(self._held)
        yield from self._pieces


def _deflated(pieces: Iterator[bytes], plan: list[_New]) -> Iterator[bytes]:
    """Yield the pieces of an expanded form with its streams deflated again."""
    if sum(each.before + each.inflated for each in plan) > MOST_EXPANDED:
        raise BadDeltaError(reason="plan")
    expanded = _Expanded(pieces)
    for before, inflated, setting in plan:
        yield from expanded.take(before)
        yield from flate.deflated(expanded.take(inflated), flate.SETTINGS[setting])
    yield from expanded.rest()
