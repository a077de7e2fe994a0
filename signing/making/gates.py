"""What is checked before anything is signed: pyHanko would sign all of this (pades.md §1.6)."""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, read_certification_data

from boardpack.domain import clock
from signing.errors import (
    ActiveContentError,
    DamagedDocumentError,
    EncryptedDocumentError,
    FieldAlreadySignedError,
    FormDocumentError,
    HybridDocumentError,
    LockedDocumentError,
    TamperedDocumentError,
    UnknownFieldError,
    WrongOrderError,
)
from signing.inspection.objects import PdfThing, entry, resolved
from signing.inspection.opening import find_signatures
from signing.inspection.verdict import reach_verdict

#: A partial field name holds no period (ISO 32000-1 §12.7.3.2); ours stay simple.
FIELD_NAME: Final = re.compile(r"[A-Za-zÀ-ÿ0-9_][A-Za-zÀ-ÿ0-9_ -]{0,63}")
#: Actions that do something else than show a place in the document (ISO 32000-1 §12.6.4).
ACTIVE: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition"}
)
#: Chains of actions and trees of fields deeper than this are an attack, not a document.
MOST_NODES: Final = 10_000


def pass_gates(pdf: bytes, field: str, order: tuple[str, ...]) -> PdfFileReader:
    """Refuse what must not be signed; return the document, read strictly.

    Raises:
        SigningInputError: of the kind that says why.
    """
    if not FIELD_NAME.fullmatch(field) or (order and field not in order):
        raise UnknownFieldError(field=field)
    reader = _open(pdf)
    signed = _signed_fields(pdf)
    try:
        _refuse_forms(reader)
        _refuse_actions(reader)
        _refuse_order(field, order, signed)
        _refuse_locks(reader, field)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DamagedDocumentError from error
    return reader


def _open(pdf: bytes) -> PdfFileReader:
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=True)
        encrypted, hybrid = reader.encrypted, reader.xrefs.hybrid_xrefs_present
        if not encrypted:
            _ = reader.root["/Pages"]
    except Exception as error:  # pyHanko raises of many kinds on foreign bytes (pades.md §3)
        raise DamagedDocumentError from error
    if encrypted:
        raise EncryptedDocumentError
    if hybrid:
        raise HybridDocumentError
    return reader


def _signed_fields(pdf: bytes) -> tuple[str, ...]:
    """Return the fields that are signed, in order; refuse a document that does not hold."""
    verdict = reach_verdict(pdf, (), clock.now())
    if verdict.modifications == "unreadable":
        raise DamagedDocumentError
    if verdict.verdict == "invalid":
        raise TamperedDocumentError
    return verdict.signed_fields()


def _refuse_forms(reader: PdfFileReader) -> None:
    form = entry(reader.root, "/AcroForm")
    if entry(form, "/XFA") is not None:
        raise FormDocumentError
    for kind in _field_kinds(entry(form, "/Fields", ())):
        if kind != "/Sig":
            raise FormDocumentError


def _field_kinds(fields: PdfThing) -> Iterator[str | None]:
    """Return the kind of each field at the end of a branch (ISO 32000-1 §12.7.3.1)."""
    waiting = [(resolved(field), None) for field in fields]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        field, inherited = waiting.pop()
        kind = entry(field, "/FT", inherited)
        named = [kid for kid in entry(field, "/Kids", ()) if "/T" in resolved(kid)]
        if named:
            waiting.extend((resolved(kid), kind) for kid in named)
        else:
            yield kind
    raise DamagedDocumentError


def _refuse_actions(reader: PdfFileReader) -> None:
    root = reader.root
    if entry(entry(root, "/Names"), "/JavaScript") is not None or entry(root, "/AA") is not None:
        raise ActiveContentError
    waiting = [entry(root, "/OpenAction")]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        action = resolved(waiting.pop())
        if entry(action, "/S") in ACTIVE:
            raise ActiveContentError
        following = entry(action, "/Next", ())
        waiting.extend(following if isinstance(following, (list, tuple)) else [following])
    raise DamagedDocumentError


def _refuse_order(field: str, order: tuple[str, ...], signed: tuple[str, ...]) -> None:
    if field in signed:
        raise FieldAlreadySignedError(field=field)
    for earlier in order[: order.index(field)] if order else ():
        if earlier not in signed:
            raise WrongOrderError(field=field, waiting_for=earlier)


def _refuse_locks(reader: PdfFileReader, field: str) -> None:
    existing = [
        entry(resolved(where), "/Lock") or entry(resolved(where), "/SV")
        for name, _, where in enumerate_sig_fields(reader)
        if name == field
    ]
    certified = read_certification_data(reader)
    # A certified document allows signing in fields that it has, at most (ISO 32000-2 table 257).
    if any(existing) or (
        certified and (certified.permission == MDPPerm.NO_CHANGES or not existing)
    ):
        raise LockedDocumentError(field=field)
    for found in find_signatures(reader):
        if found.signature is not None and _locks(found.signature, field):
            raise LockedDocumentError(field=field)


def _locks(signature: EmbeddedPdfSignature, field: str) -> bool:
    fields = signature.fieldmdp
    return signature.docmdp_level == MDPPerm.NO_CHANGES or bool(fields and fields.is_locked(field))
