"""Revisions of a PDF as offices make them: each function returns the bytes of the next version.

The classes are those of the table of measurements that the deltas were chosen by (docs/sync.md).
"""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pikepdf
import pymupdf

A4: Final = (595, 842)
_TEXT: Final = """
le la les de du des un une et à au aux en dans par pour sur conseil commune budget voirie
école travaux marché subvention délibération rapport annexe crédit dépense recette chapitre article
euros opération programme maire adjoint commission projet avis vote séance
"""
_WORDS: Final = _TEXT.split()
STAMP: Final = "Reçu en préfecture le 12/12/2026"


def paragraphs(count: int, seed: int) -> list[str]:
    """Return paragraphs of words of the trade, the same for the same seed."""
    chance = random.Random(seed)
    return [
        " ".join(chance.choices(_WORDS, k=60)) + f" {chance.random():.4f}." for _ in range(count)
    ]


def report(texts: Sequence[str]) -> bytes:
    """Lay out paragraphs, ten a page, as a word processor exports them: each page deflated."""
    document = pymupdf.open()
    for first in range(0, len(texts), 10):
        page = document.new_page(width=A4[0], height=A4[1])
        for number, text in enumerate(texts[first : first + 10]):
            box = pymupdf.Rect(60, 40 + 76 * number, 540, 114 + 76 * number)
            page.insert_textbox(box, text, fontsize=9)
    return _new(document)


def scan(pages: int, seed: int) -> bytes:
    """Return pages that are one photograph each; page n is the same for the same seed + n."""
    return pictured([_photograph(seed + number) for number in range(pages)])


def pictured(pictures: Sequence[bytes]) -> bytes:
    """Return pages that are one picture each."""
    document = pymupdf.open()
    for picture in pictures:
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_image(page.rect, stream=picture)
    return _new(document)


def _photograph(seed: int) -> bytes:
    width, height = 300, 400
    noise = random.Random(seed).randbytes(3 * width * height)
    return bytes(pymupdf.Pixmap(pymupdf.csRGB, width, height, noise, 0).tobytes("jpeg"))


def _new(document: pymupdf.Document) -> bytes:
    data = bytes(document.tobytes(garbage=4, deflate=True, no_new_id=True))
    document.close()
    return data


def annotated(old: bytes) -> bytes:
    """Add a note to the first page by an incremental update, as a signature does."""
    return _appended(old, lambda document: document[0].add_text_annot((90, 90), "À revoir"))


def stamped(old: bytes) -> bytes:
    """Stamp every page by an incremental update."""

    def stamp(document: pymupdf.Document) -> None:
        for page in document:
            page.insert_text((40, 30), STAMP, fontsize=8)

    return _appended(old, stamp)


def _appended(old: bytes, change: Callable[[pymupdf.Document], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "papier.pdf")
        path.write_bytes(old)
        with pymupdf.open(path) as document:
            change(document)
            document.saveIncr()
        return path.read_bytes()


def erratum(old: bytes) -> bytes:
    """Write a line on the first page, and save all anew."""
    document = pymupdf.open(stream=old)
    document[0].insert_text((60, 26), "ERRATUM : lire 12 000 au lieu de 10 000", fontsize=8)
    return _new(document)


def inserted(old: bytes, after: int = 1) -> bytes:
    """Insert a page, and save all anew."""
    document = pymupdf.open(stream=old)
    document.new_page(min(after, document.page_count)).insert_text((72, 72), "Page ajoutée")
    return _new(document)


def stamped_anew(old: bytes) -> bytes:
    """Stamp every page, and save all anew."""
    document = pymupdf.open(stream=old)
    for page in document:
        page.insert_text((40, 30), STAMP, fontsize=8)
    return _new(document)


def relinearised(old: bytes) -> bytes:
    """Save with another tool, for the web, with object streams; nothing else changes."""
    into = io.BytesIO()
    with pikepdf.open(io.BytesIO(old)) as document:
        document.save(
            into,
            linearize=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return into.getvalue()


def rescanned(pages: int, seed: int, which: Sequence[int]) -> bytes:
    """Return `scan(pages, seed)` with some pages scanned again."""
    chosen = {number: seed + number for number in range(pages)}
    chosen |= {number: seed + number + 10_000 for number in which}
    return pictured([_photograph(each) for each in chosen.values()])


def bundle(parts: Sequence[bytes]) -> bytes:
    """Bind documents into one, as a secretariat does with annexes."""
    document = pymupdf.open()
    for part in parts:
        with pymupdf.open(stream=part) as other:
            document.insert_pdf(other)
    return _new(document)


def inflating(size: int) -> bytes:
    """Return a page whose deflated content takes some `size` bytes inflated."""
    lines = [b"%d %d m %d %d l S" % (n, 7 * n % 911, n * n % 797, n % 89) for n in range(1_000)]
    block = b"\n".join(lines) + b"\n"
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    page.insert_text((72, 72), "Plan")
    xref = page.get_contents()[0]
    document.update_stream(xref, block * (size // len(block)))
    return _new(document)


def pairs() -> dict[str, tuple[bytes, bytes]]:
    """Return a small pair of old and new for each class."""
    texts = paragraphs(60, 1)
    changed = [texts[0].replace(" ", " exactement ", 1), *texts[1:]]
    longer = [*texts[:20], *paragraphs(1, 2), *texts[20:]]
    base, photos = report(texts), scan(6, 3)
    parts = [report(paragraphs(20, seed)) for seed in range(10, 16)]
    return {
        "annotated incrementally": (base, annotated(base)),
        "stamped incrementally": (base, stamped(base)),
        "erratum by the same tool": (erratum(base), erratum(erratum(base))),
        "erratum, tool switched": (relinearised(base), erratum(base)),
        "page inserted": (base, inserted(base)),
        "stamped anew": (base, stamped_anew(base)),
        "linearised": (base, relinearised(base)),
        "exported again, unchanged": (base, report(texts)),
        "exported again, a word changed": (base, report(changed)),
        "exported again, a paragraph more": (base, report(longer)),
        "bundle rebuilt": (bundle(parts), bundle([*parts[:2], inserted(parts[2]), *parts[3:]])),
        "scan annotated": (photos, annotated(photos)),
        "scan with a page inserted": (photos, inserted(photos)),
        "scan with a page scanned again": (photos, rescanned(6, 3, [2])),
    }
