"""Documents as other programs write them can be signed twice; a hostile one costs seconds only."""

import time
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pikepdf
import pymupdf
import pytest
from pikepdf import Array, Dictionary, Name
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from boardpack.domain import clock
from signing import pades
from signing.errors import EncryptedDocumentError, HybridDocumentError
from signing.verify import verify
from tests.helpers.pki import pki
from tests.signing.papers import deliberation, update

COUNCIL = Path(__file__).parents[3] / "shared" / "corpus" / "council"
#: Signing large ones takes minutes together.
PAPERS = [
    pytest.param(
        each, id=each.name, marks=[pytest.mark.long] if each.stat().st_size > 300_000 else []
    )
    for each in sorted(COUNCIL.glob("*.pdf"))
]


def sign_twice(pdf: bytes) -> bytes:
    with pki().mayor.signer() as signer:
        once = pades.sign(pdf, "Maire", signer, moment=clock.now())
    with pki().secretary.signer() as signer:
        return pades.sign(once, "Secretaire", signer, moment=clock.now())


def saved(**how: object) -> bytes:
    output = BytesIO()
    with pikepdf.open(BytesIO(deliberation())) as document:
        document.save(output, **how)
    return output.getvalue()


@pytest.mark.parametrize(
    "how",
    [
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"force_version": "2.0"},
        {"linearize": True},
    ],
    ids=["object streams", "PDF 2.0", "linearised"],
)
def test_each_way_of_writing_a_file_can_be_signed(how: dict[str, object]):
    assert verify(sign_twice(saved(**how)), roots=pki().roots).verdict == "valid"


@pytest.mark.parametrize("end", [b"\n", b"\r\n\r\n", b"\0" * 40, b"\n% a remark of the printer\n"])
def test_bytes_after_the_end_are_signed_too(end: bytes):
    assert verify(sign_twice(deliberation() + end), roots=pki().roots).verdict == "valid"


def with_bookmarks(document: pikepdf.Pdf) -> None:
    place = Array([document.pages[0].obj, Name.Fit])
    items = [
        document.make_indirect(Dictionary(Title=f"Point {number}", Dest=place))
        for number in range(1200)
    ]
    outlines = Dictionary(Type=Name.Outlines, First=items[0], Last=items[-1], Count=len(items))
    document.Root.Outlines = document.make_indirect(outlines)
    for before, after in pairwise(items):
        before.Next, after.Prev = after, before
    for item in items:
        item.Parent = document.Root.Outlines


def with_countless_paths(document: pikepdf.Pdf) -> None:
    """Sixty-four objects, each of which leads to the next in two ways: 2^64 paths."""
    last = document.make_indirect(Dictionary(End=True))
    for _ in range(64):
        last = document.make_indirect(Dictionary(Left=last, Right=last))
    document.Root.PieceInfo = last
    document.pages[0].obj.PieceInfo = last


def with_annotations_aside(document: pikepdf.Pdf) -> None:
    """Keep the annotations of both pages in one list of their own."""
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    for page in document.pages:
        page.obj.Annots = document.make_indirect(Array([document.make_indirect(link)]))


@pytest.mark.parametrize("change", [with_bookmarks, with_countless_paths, with_annotations_aside])
def test_no_structure_makes_verifying_endless(change: Callable[[pikepdf.Pdf], None]):
    began = time.process_time()
    assert verify(sign_twice(deliberation(2, change)), roots=pki().roots).verdict == "valid"
    assert time.process_time() - began < 30


def test_a_field_that_waits_in_the_document_is_used():
    waiting = update(
        deliberation(),
        lambda writer: append_signature_field(writer, SigFieldSpec("Maire", box=(50, 50, 250, 90))),
    )
    signed = sign_twice(waiting)
    assert verify(signed, roots=pki().roots).verdict == "valid"
    with pikepdf.open(BytesIO(signed)) as document:
        assert [str(field.T) for field in document.Root.AcroForm.Fields] == ["Maire", "Secretaire"]
    assert b"Courier" not in signed[len(waiting) :]


def test_many_sign_one_document():
    pdf = deliberation()
    names = tuple(f"Membre {number}" for number in range(5))
    with pki().secretary.signer() as signer:
        for field in names:
            pdf = pades.sign(pdf, field, signer, moment=clock.now(), order=names)
    verdict = verify(pdf, roots=pki().roots)
    assert verdict.verdict == "valid"
    assert verdict.signed_fields() == names


@pytest.mark.corpus
@pytest.mark.parametrize("path", PAPERS)
def test_real_council_papers_are_signed_or_put_in_order_first(path: Path):
    """Word writes hybrid files: the secretariat's intake rewrites them before anybody signs."""
    pdf = path.read_bytes()
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        protected = document.metadata is None or bool(document.metadata["encryption"])
        ordered = b"" if protected else document.tobytes(garbage=1, use_objstms=0)
    if protected:
        with pytest.raises(EncryptedDocumentError):
            pades.check_signable(pdf, "Maire")
        return
    try:
        signed = sign_twice(pdf)
    except HybridDocumentError:
        signed = sign_twice(ordered)
    assert verify(signed, roots=pki().roots).verdict == "valid"
