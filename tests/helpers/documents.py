"""Small documents of our own making: each function returns the bytes of one file."""

from __future__ import annotations

import io
import random

import pikepdf
import pymupdf

A4 = (595, 842)
_SANS = pymupdf.Font("helv").buffer


def _saved(document: pymupdf.Document, **options: object) -> bytes:
    data = bytes(document.tobytes(no_new_id=True, **options))
    document.close()
    return data


def _write(page: pymupdf.Page, text: str, at: tuple[float, float] = (72, 72)) -> None:
    page.insert_font(fontname="sans", fontbuffer=_SANS)
    page.insert_text(at, text, fontname="sans", fontsize=11)


def text_pdf(*pages: str, title: str = "") -> bytes:
    """Pages of text, one for each string; lines as they are."""
    document = pymupdf.open()
    for text in pages:
        _write(document.new_page(width=A4[0], height=A4[1]), text)
    if title:
        document.set_metadata({"title": title})
    return _saved(document)


def many_pages_pdf(count: int) -> bytes:
    """`count` pages; page n (from 0) says "Page n", and each tenth is a chapter of the outline."""
    document = pymupdf.open()
    for number in range(count):
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_text((72, 72), f"Page {number}\nBudget primitif, chapitre {number // 10}")
    document.set_toc(
        [[1, f"Chapitre {number // 10}", number + 1] for number in range(0, count, 10)]
    )
    return _saved(document)


def _noise(width: int, height: int, seed: int) -> pymupdf.Pixmap:
    """Coarse grey blocks, the same for the same seed."""
    chance = random.Random(seed)
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, width, height))
    pixmap.clear_with(255)
    for _ in range(60):
        x, y = chance.randrange(width), chance.randrange(height)
        shade = chance.randrange(160)
        pixmap.set_rect((x, y, x + width // 8, y + height // 30), (shade, shade, shade))
    return pixmap


def scan_pdf(pages: int = 1, seed: int = 0) -> bytes:
    """Pages that are one picture each, without any text."""
    document = pymupdf.open()
    for number in range(pages):
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_image(page.rect, pixmap=_noise(595, 842, seed + number))
    return _saved(document)


def photo_pdf() -> bytes:
    """A line of text, and a red photograph at 100, 200 to 300, 350 (points from the top left)."""
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    _write(page, "Vue du chantier")
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 40, 30))
    pixmap.set_rect(pixmap.irect, (200, 30, 30))
    page.insert_image((100, 200, 300, 350), pixmap=pixmap)
    return _saved(document)


def protected_pdf(password: str, text: str = "Confidentiel") -> bytes:
    """A page that opens with `password` only (AES-256); with none when it is empty."""
    document = pymupdf.open()
    _write(document.new_page(width=A4[0], height=A4[1]), text)
    return _saved(
        document, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw="owner"
    )


def damaged_pdf() -> bytes:
    """A PDF by its first line, and nothing that can be repaired."""
    return b"%PDF-1.7\n" + bytes(range(256)) * 8


def pageless_pdf() -> bytes:
    """A document whose page tree is empty."""
    return (
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
    )


def cut_pdf() -> bytes:
    """A document that lost its end: it opens after repair."""
    whole = text_pdf("Rapport numéro un", "Rapport numéro deux")
    return whole[: whole.rindex(b"xref")]


def shaped_pdf(
    mediabox: tuple[float, float, float, float],
    cropbox: tuple[float, float, float, float] | None = None,
    rotation: int = 0,
    user_unit: float = 1,
    text: str = "Repère",
) -> bytes:
    """One page of that shape, with `text` from (100, 300) upwards in PDF user space."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=A4)
    page.MediaBox = pikepdf.Array(list(mediabox))
    if cropbox:
        page.CropBox = pikepdf.Array(list(cropbox))
    page.Rotate = rotation
    page.UserUnit = user_unit
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    encoded = text.encode("cp1252").hex().encode()
    page.Contents = document.make_stream(b"BT /F1 20 Tf 100 300 Td <" + encoded + b"> Tj ET")
    return _stored(document)


def _stored(document: pikepdf.Pdf) -> bytes:
    into = io.BytesIO()
    document.save(into, deterministic_id=True)
    return into.getvalue()


def linked_pdf() -> bytes:
    """Two pages; the first links to the web, to mail, to page 2, to a script, a program, a file."""
    document = pymupdf.open()
    for _ in range(2):
        document.new_page(width=A4[0], height=A4[1])
    first = document[0]
    _write(first, "Liens")
    for row, uri in enumerate(
        ("https://www.service-public.fr", "mailto:mairie@example.org", "javascript:app.alert(1)")
    ):
        place = pymupdf.Rect(72, 100 + 40 * row, 200, 120 + 40 * row)
        first.insert_link({"kind": pymupdf.LINK_URI, "from": place, "uri": uri})
    place = pymupdf.Rect(72, 300, 200, 320)
    first.insert_link({"kind": pymupdf.LINK_GOTO, "from": place, "page": 1})
    place = pymupdf.Rect(72, 340, 200, 360)
    first.insert_link({"kind": pymupdf.LINK_LAUNCH, "from": place, "file": "program.exe"})
    return _saved(document)


def active_pdf() -> bytes:
    """A page that runs a script when it opens, and carries an attached file."""
    document = pikepdf.open(io.BytesIO(text_pdf("Formulaire")))
    document.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('bonjour')")
    )
    document.attachments["plan.txt"] = b"un plan"
    return _stored(document)


def hybrid_pdf(*pages: str, whole: bytes = b"") -> bytes:
    """Pages of text (or `whole`) as Word saves them: a table of cross references and a stream.

    The trailer names the stream, which only newer programs read (ISO 32000-1 §7.5.8.4).
    """
    plain = whole or text_pdf(*pages)
    with pikepdf.open(io.BytesIO(plain)) as document:
        root, size = document.Root.objgen[0], int(document.trailer.Size)
    entry = b"\x01" + len(plain).to_bytes(4, "big") + b"\0"
    head = f"{size} 0 obj\n<</Type/XRef/Size {size + 1}/W[1 4 1]/Index[{size} 1]/Length 6>>\n"
    stream = head.encode() + b"stream\n" + entry + b"\nendstream\nendobj\n"
    previous = int(plain.rsplit(b"startxref", 1)[1].split()[0])
    table = (
        f"xref\n0 0\ntrailer\n<</Size {size + 1}/Root {root} 0 R/Prev {previous}"
        f"/XRefStm {len(plain)}>>\nstartxref\n{len(plain) + len(stream)}\n%%EOF\n"
    )
    return plain + stream + table.encode()


def endless_pdf(pages: int = 1) -> bytes:
    """`pages` pages of text; to draw the first takes for ever (each form draws the next ten times).

    Its text is found at once: the forms hold none.
    """
    document = pikepdf.open(io.BytesIO(text_pdf(*(f"Page {number}" for number in range(pages)))))
    form = document.make_stream(b"0 0 1 1 re f")
    form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 9, 9]
    for _ in range(12):
        outer = document.make_stream(b"/X Do " * 10)
        outer.Type, outer.Subtype, outer.BBox = form.Type, form.Subtype, form.BBox
        outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
        form = outer
    page = document.pages[0]
    page.Resources.XObject = pikepdf.Dictionary(X=form)
    page.contents_add(b"/X Do")
    return _stored(document)
