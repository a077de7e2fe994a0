"""A day of corrections: bytes that a device receives, beside whole files, blocks, chunks, zstd.

The papers are the council's of ../shared/corpus, each corrected as offices do; a report exported
twice by LibreOffice where it is installed; and a long scan of which some pages were scanned again.
Every delta is applied and compared before it counts.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

import pikepdf
import pymupdf
from pyfastcdc import FastCDC

from boardpack.domain.transfers import DeltaKind, DeltaOffer
from sync.delta import artefacts, patch, pdf_aware, recipe
from sync.delta.artefacts import Artefact
from sync.delta.content import Memory
from sync.protocol.codec import encode
from sync.protocol.messages import DeltaSearch, DeltasFound, FoundDeltas
from tests.benchmarks.receive_once import highest, resident
from tests.conftest import CORPUS
from tests.helpers import exported, revisions
from tests.helpers.measure import FIGURES, Scale, report
from tests.helpers.tools import run, tool

#: Syncthing's block for files up to 250 MB, and the chunk of content-defined stores like casync.
BLOCK: Final = 128 * 1024
CHUNK: Final = 64 * 1024
#: Bytes of a list that names one chunk: digest and length.
NAMED: Final = 36
#: Beside the council's.
MORE: Final = (
    "pdfplumber__chelsea_pdta.pdf",
    "pdf.js__compressed.tracemonkey-pldi-09.pdf",
    "pdf.js__freeculture.pdf",
    "pdf.js__issue12963.pdf",
    "sample-files__GeoTopo-komprimiert.pdf",
    "generated__scan300rgb.pdf",
    "generated__plan_a0_vector.pdf",
    "spec__pagination01.pdf",
)
SCANNED_PAGES: Final = 150
SCANNED_AGAIN: Final = (20, 21, 22)


@dataclass(frozen=True)
class Pair:
    """A file before and after, and what was done to it."""

    kind: str
    old: bytes
    new: bytes


def measure(scratch: Path, scale: Scale = FIGURES) -> None:
    """Measure the day of corrections; `scratch` is made for files of the peers."""
    scratch.mkdir(parents=True, exist_ok=True)
    pairs = list(_pairs() if scale.whole else islice(_pairs(), 3))
    kinds = list(dict.fromkeys(each.kind for each in pairs))
    ours = [_ours(each) for each in pairs]
    for kind in (*kinds, ""):
        chosen = [number for number, each in enumerate(pairs) if kind in {"", each.kind}]
        day = [pairs[number] for number in chosen]
        _compare(kind, day, [ours[number] for number in chosen], scratch)
    if scale.whole:
        # At the limits of each kind, which no trial makes smaller.
        _memory(max(pairs, key=lambda each: len(each.new)), scratch)


def _compare(name: str, pairs: list[Pair], made: list[tuple[Artefact, ...]], scratch: Path) -> None:
    whole = sum(len(each.new) for each in pairs)
    mine = sum(len(each[-1].data) for each in made) + _asked(pairs, made)
    patched = sum(_zstd(each, scratch) for each in pairs)
    peers = {
        "whole files": (whole, "<= 0.5" if name else "<= 0.01"),
        "128 KiB blocks (Syncthing)": (sum(map(_blocks, pairs)), "<= 1.0"),
        "64 KiB chunks (FastCDC)": (sum(map(_chunks, pairs)), "<= 1.0"),
    }
    if not name:
        peers["zstd -9 --patch-from"] = (patched, "<= 1.0")
    note = (
        f"{len(pairs)} files, {whole / 1e6:.1f} MB; ours {100 * mine / whole:.2f} %, of that"
        f" {_asked(pairs, made)} bytes to learn of the deltas; zstd {100 * patched / whole:.2f} %"
    )
    for peer, (theirs, goal) in peers.items():
        report(
            f"{name or 'revision day'}: bytes received", mine, "bytes",
            peer=peer, peer_value=theirs, goal=goal, note=note,
        )  # fmt: skip


def _ours(pair: Pair) -> tuple[Artefact, ...]:
    """Return the deltas that the server would keep, each proven."""
    made = artefacts.make(pair.old, pair.new)
    for each in made:
        pieces = artefacts.apply(each.kind, Memory(each.data), Memory(pair.old), len(pair.new))
        assert b"".join(pieces) == pair.new, (pair.kind, each.kind)
    return made or (Artefact(artefacts.KINDS[0], pair.new),)


def _asked(pairs: list[Pair], made: list[tuple[Artefact, ...]]) -> int:
    """Return the bytes of the search and of its answer, which our peers do not have."""
    names = [(_digest(each.new), _digest(each.old)) for each in pairs]
    search = DeltaSearch(
        tuple(new for new, _ in names),
        tuple(old for _, old in names),
        tuple(each.value for each in artefacts.KINDS),
        "0" * 64,
    )
    found = DeltasFound(
        tuple(
            FoundDeltas(
                new,
                tuple(DeltaOffer(old, a.kind, len(a.data), _digest(a.data)) for a in each),
            )
            for (new, old), each in zip(names, made, strict=True)
        )
    )
    return len(encode(search)) + len(encode(found))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# Peers, each at its best: what it says beside the bytes of files is not counted, but for chunks.


def _blocks(pair: Pair) -> int:
    held = {_digest(each) for each in _cut(pair.old)}
    return sum(len(each) for each in _cut(pair.new) if _digest(each) not in held)


def _cut(data: bytes) -> Iterator[bytes]:
    return (data[start : start + BLOCK] for start in range(0, len(data), BLOCK))


def _chunks(pair: Pair) -> int:
    cutter = FastCDC(avg_size=CHUNK, min_size=CHUNK // 4, max_size=CHUNK * 4)
    held = {_digest(bytes(each.data)) for each in cutter.cut_buf(pair.old)}
    chunks = [bytes(each.data) for each in cutter.cut_buf(pair.new)]
    return NAMED * len(chunks) + sum(len(each) for each in chunks if _digest(each) not in held)


def _zstd(pair: Pair, scratch: Path) -> int:
    (scratch / "old").write_bytes(pair.old)
    (scratch / "new").write_bytes(pair.new)
    command = (tool("zstd"), "-9", "--long=30", "-q", "-f", f"--patch-from={scratch / 'old'}")
    run(*command, scratch / "new", "-o", scratch / "patch")
    return (scratch / "patch").stat().st_size


# The day


def _pairs() -> Iterator[Pair]:
    for number, old in enumerate(_papers()):
        yield Pair("stamped incrementally", old, revisions.stamped(old))
        saved = revisions.inserted(old, 0)
        yield Pair("erratum by the same tool", saved, revisions.erratum(saved))
        yield Pair("page inserted by the same tool", saved, revisions.inserted(saved, 1))
        if number % 3 == 0:
            yield Pair("erratum, tool switched", old, revisions.erratum(old))
    if exported.office():
        yield from _exports()
    else:
        sys.stderr.write("LibreOffice is not installed: its exports are left out\n")
    yield _scans()


def _papers() -> Iterator[bytes]:
    """Yield the council's papers, and town papers and books of other corners."""
    found = [*sorted((CORPUS / "council").glob("*.pdf")), *map((CORPUS / "pdf").joinpath, MORE)]
    if not found[0].exists():
        sys.stderr.write("../shared/corpus is not here: reports of our own making instead\n")
        yield from (revisions.report(revisions.paragraphs(300, seed)) for seed in range(6))
        return
    for path in found:
        try:
            with pikepdf.open(path) as document:
                usable = not document.is_encrypted
        except pikepdf.PasswordError:
            continue
        if usable:
            yield path.read_bytes()


def _scans() -> Pair:
    """Return a long colour scan, three pages of text of it scanned again (paper noise differs)."""
    pictures = [_scanned(number, number) for number in range(SCANNED_PAGES)]
    again = [*pictures]
    for number in SCANNED_AGAIN:
        again[number] = _scanned(number, number + 10_000)
    kind = f"{len(SCANNED_AGAIN)} of {SCANNED_PAGES} pages scanned again"
    return Pair(kind, revisions.pictured(pictures), revisions.pictured(again))


def _scanned(number: int, seed: int) -> bytes:
    """Return page `number` of the council's papers as a scanner gives it: grain, JPEG."""
    page = _page(number)
    pixmap = page.get_pixmap(dpi=150)
    grain = random.Random(seed).randbytes(len(pixmap.samples))
    # Three bits of grain on each sample, and no carry into the next one.
    size = len(grain)
    mask = int.from_bytes(b"\x07" * size)
    paper = int.from_bytes(pixmap.samples) & int.from_bytes(b"\xf8" * size)
    samples = (paper | int.from_bytes(grain) & mask).to_bytes(size)
    made = pymupdf.Pixmap(pymupdf.csRGB, pixmap.width, pixmap.height, samples, 0)
    return bytes(made.tobytes("jpeg", jpg_quality=90))


def _page(number: int) -> pymupdf.Page:
    """Return a page of the papers, all in turn."""
    pages = _pages()
    return pages[number % len(pages)]


@cache
def _pages() -> list[pymupdf.Page]:
    documents = [pymupdf.open(stream=each) for each in _papers()]
    return [page for document in documents for page in document][:SCANNED_PAGES]


def _exports() -> Iterator[Pair]:
    texts = revisions.paragraphs(320, 5)
    # A letter that no page had before would number all glyphs of the font anew.
    word = [*texts[:3], texts[3].replace(" de ", " du ", 1), *texts[4:]]
    longer = [*texts[:30], *revisions.paragraphs(1, 6), *texts[30:]]
    old = exported.exported(texts)
    yield Pair("LibreOffice, a word changed", old, exported.exported(word))
    yield Pair("LibreOffice, a paragraph more", old, exported.exported(longer))


# Memory and time of the device


def _memory(long_scan: Pair, scratch: Path) -> None:
    """Measure what each kind takes at its limit, beside the standard tool's patch of the same."""
    half = random.Random(7).randbytes(patch.MOST_BYTES // 2)
    old = half + random.Random(8).randbytes(patch.MOST_BYTES // 2)
    text = revisions.inflating(pdf_aware.MOST_EXPANDED - 4_000_000)
    cases = (
        (DeltaKind.RECIPE, long_scan, "<= 0.25"),
        (DeltaKind.ZSTD, Pair("patched", old, half + b"neuf" + old[len(half) : -4]), "<= 1.5"),
        (DeltaKind.PDF, Pair("inflated", text, revisions.annotated(text)), "<= 10"),
    )
    for kind, pair, goal in cases:
        artefact = _MAKERS[kind](pair.old, pair.new)
        assert artefact is not None
        for name, data in {"old": pair.old, "artefact": artefact}.items():
            (scratch / name).write_bytes(data)
        _zstd(pair, scratch)
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            mine, cpu = pool.apply(_apply, (str(scratch), kind.value, len(pair.new)))
            theirs = pool.apply(_patched, (str(scratch),))
        report(
            f"{kind.value} delta of a file of {len(pair.new) / 1e6:.0f} MB applied: memory", mine,
            "MB above idle", peer="zstd -d --patch-from, all of it", peer_value=theirs, goal=goal,
            note=f"{len(pair.new) / 1e6 / cpu:.0f} MB a CPU-second; from files, not sealed ones",
        )  # fmt: skip


_MAKERS: Final = {
    DeltaKind.RECIPE: recipe.make,
    DeltaKind.ZSTD: patch.make,
    DeltaKind.PDF: pdf_aware.make,
}


class _OnDisk:
    """Content of a file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.size = path.stat().st_size

    def read_at(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)


def _apply(folder: str, kind: str, size: int) -> tuple[float, float]:
    """Apply an artefact in this process; return MB of memory above idle, and CPU-seconds."""
    old, artefact = (_OnDisk(Path(folder, name)) for name in ("old", "artefact"))
    Path("/proc/self/clear_refs").write_text("5")
    idle, began = resident(), time.process_time()
    done = sum(len(each) for each in artefacts.apply(DeltaKind(kind), artefact, old, size))
    assert done == size
    return highest() - idle, time.process_time() - began


def _patched(folder: str) -> float:
    """Return the MB of memory of the standard tool that applies its patch."""
    scratch = Path(folder)
    command = (tool("zstd"), "-d", "--long=30", "-q", "-f", f"--patch-from={scratch / 'old'}")
    run(*command, scratch / "patch", "-o", scratch / "made")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6


def main() -> None:
    """Measure only this."""
    with tempfile.TemporaryDirectory(prefix="boardpack-bench-") as folder:
        measure(Path(folder))


if __name__ == "__main__":
    main()
