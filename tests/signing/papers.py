"""Documents to sign and what an attacker does to them; written with pikepdf and pyHanko."""

import re
from collections.abc import Callable
from functools import cache
from io import BytesIO

import pikepdf
from asn1crypto import x509
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from boardpack.domain import clock
from signing import pades
from tests.helpers.pki import Person, pki, timestamp_authority

ORDER = ("Maire", "Secretaire")
BYTE_RANGE = re.compile(rb"/ByteRange *\[ *0 +(\d+) +(\d+) +(\d+) *\]")


@cache
def deliberation(pages: int = 2, change: Callable[[pikepdf.Pdf], None] | None = None) -> bytes:
    """Return a small deliberation; `change` gets it before it is saved."""
    document = pikepdf.new()
    for number in range(pages):
        page = document.add_blank_page(page_size=(595, 842))
        text = f"BT /F1 14 Tf 72 770 Td (Deliberation 2026-14, page {number + 1}) Tj ET"
        page.Contents = document.make_stream(text.encode())
        page.Resources = Dictionary(
            Font=Dictionary(
                F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
            )
        )
    if change is not None:
        change(document)
    output = BytesIO()
    document.save(
        output,
        compress_streams=False,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return output.getvalue()


@cache
def signed_once() -> bytes:
    with pki().mayor.signer() as signer:
        return pades.sign(deliberation(), "Maire", signer, moment=clock.now(), order=ORDER)


@cache
def signed_twice() -> bytes:
    with pki().secretary.signer() as signer:
        return pades.sign(signed_once(), "Secretaire", signer, moment=clock.now(), order=ORDER)


def gaps(pdf: bytes) -> list[tuple[int, int]]:
    """Return start and end of each /Contents, "<" and ">" included."""
    return [(int(match[1]), int(match[2])) for match in BYTE_RANGE.finditer(pdf)]


def update(pdf: bytes, change: Callable[[BasePdfFileWriter], None]) -> bytes:
    """Append a revision in which `change` was made."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def foreign_signature(pdf: bytes, person: Person, field: SigFieldSpec, **how: object) -> bytes:
    """Sign with pyHanko itself, in ways that our own code never would."""
    signer = signers.SimpleSigner.load_pkcs12_data(person.p12, [], person.passphrase)
    stamp = how.pop("timestamper", None)
    metadata = signers.PdfSignatureMetadata(
        field_name=field.sig_field_name,
        md_algorithm="sha256",
        **{"subfilter": SigSeedSubFilter.PADES, **how},
    )
    output = BytesIO()
    signers.PdfSigner(metadata, signer, new_field_spec=field, timestamper=stamp).sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), output=output
    )
    return output.getvalue()


def timestamper() -> DummyTimeStamper:
    certificate, key = timestamp_authority()
    others = SimpleCertificateStore()
    others.register(x509.Certificate.load(pki().authority.intermediate.der))
    return DummyTimeStamper(certificate, key, others)


def document_timestamp(pdf: bytes) -> bytes:
    """Append a document timestamp."""
    output = BytesIO()
    signers.PdfTimeStamper(timestamper()).timestamp_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), "sha256", output=output
    )
    return output.getvalue()


# What an attacker does


def flip(pdf: bytes) -> bytes:
    where = pdf.index(b"Deliberation 2026-14")
    return pdf[: where + 13] + b"X" + pdf[where + 14 :]


def tail(pdf: bytes) -> bytes:
    return pdf + b"\n7 0 obj\n<< /Type /Catalog >>\nendobj\n"


def zero_contents(pdf: bytes) -> bytes:
    start, end = gaps(pdf)[-1]
    return pdf[: start + 1] + b"0" * (end - start - 2) + pdf[end - 1 :]


def cut_short(pdf: bytes) -> bytes:
    return pdf[:-300]


def add_page(pdf: bytes) -> bytes:
    def change(writer: BasePdfFileWriter) -> None:
        from pyhanko.pdf_utils.writer import PageObject

        content = generic.StreamObject(stream_data=b"BT ET")
        page = PageObject(contents=writer.add_object(content), media_box=(0, 0, 595, 842))
        writer.insert_page(page)

    return update(pdf, change)


def add_annotation(pdf: bytes) -> bytes:
    def change(writer: BasePdfFileWriter) -> None:
        square = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Square"),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 800))),
                pdf_name("/IC"): generic.ArrayObject(map(generic.FloatObject, (1, 1, 1))),
            }
        )
        writer.register_annotation(
            writer.find_page_for_modification(0)[0], writer.add_object(square)
        )

    return update(pdf, change)


def replace_content(pdf: bytes) -> bytes:
    def change(writer: BasePdfFileWriter) -> None:
        page = writer.find_page_for_modification(0)[0].get_object()
        content = page.raw_get("/Contents").get_object()
        content._data = b"BT /F1 14 Tf 72 770 Td (Something else) Tj ET"
        content._encoded_data = None
        writer.mark_update(page.raw_get("/Contents"))

    return update(pdf, change)


def empty_field_over_page(pdf: bytes) -> bytes:
    """Add a signature field that nobody signed, with an appearance over the whole page."""

    def change(writer: BasePdfFileWriter) -> None:
        from pyhanko.sign.fields import append_signature_field

        append_signature_field(
            writer, SigFieldSpec("Cache", box=(0, 0, 595, 842), empty_field_appearance=True)
        )

    return update(pdf, change)


def change_form_defaults(pdf: bytes) -> bytes:
    def change(writer: BasePdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        form["/NeedAppearances"] = generic.BooleanObject(value=True)
        writer.update_container(form)

    return update(pdf, change)


def remove_signature(pdf: bytes) -> bytes:
    """Take all fields out of the form, in a revision of its own."""

    def change(writer: BasePdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        form["/Fields"] = generic.ArrayObject()
        writer.update_container(form)
        writer.update_root()

    return update(pdf, change)


def swap_contents(pdf: bytes) -> bytes:
    """Put the first signature's value into the second's place."""
    first, last = gaps(pdf)
    return pdf[: last[0]] + pdf[first[0] : first[1]] + pdf[last[1] :]


ATTACKS = {
    "flip": flip,
    "tail": tail,
    "zero_contents": zero_contents,
    "cut_short": cut_short,
    "add_page": add_page,
    "add_annotation": add_annotation,
    "replace_content": replace_content,
    "empty_field_over_page": empty_field_over_page,
    "remove_signature": remove_signature,
    "swap_contents": swap_contents,
}


def link_as_direct_object(document: pikepdf.Pdf) -> None:
    """Annotate as FPDF and its children do: the dictionary stands in the list itself."""
    document.pages[1].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))]
    )
