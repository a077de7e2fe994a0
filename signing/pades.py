"""Sign a PDF in stages: prepare, sign (anywhere, any time later), finish.

Plain PAdES B-B approval signatures with room for later timestamps (D12). Each stage is an object,
so nobody can finish what was not prepared; `finish` verifies what it made before it returns it.

Everything happens in memory. Call it from a worker thread: pyHanko runs an event loop of its own,
which cannot stand inside another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from signing.certificates import check_usable
from signing.errors import SelfCheckError
from signing.ports import Signer
from signing.prepared import PreparedSignature
from signing.verify import verify


def check_signable(pdf: bytes, field: str, order: tuple[str, ...] = ()) -> None:
    """Refuse a document that must not be signed in `field` now; say why.

    Args:
        pdf: the document as it came.
        field: who signs, as "Maire" or "Secretaire".
        order: all fields in the order in which they sign; empty when any order will do.

    Raises:
        SigningInputError: of the kind that says why.
    """
    from signing.making.gates import pass_gates  # noqa: PLC0415 costs most of a second

    pass_gates(pdf, field, order)


def prepare(  # noqa: PLR0913 a signature has that many facts, most with a default
    pdf: bytes,
    field: str,
    *,
    signer_certificate: bytes,
    moment: datetime,
    other_certificates: Sequence[bytes] = (),
    reason: str | None = None,
    location: str | None = None,
    order: tuple[str, ...] = (),
) -> PreparedSignature:
    """Pass all gates, make room for the signature and compute what is to be signed.

    Args:
        pdf: the document as it came; it stays a prefix of the result.
        field: who signs; the field is added, invisible, unless the document has it.
        signer_certificate: DER.
        moment: claimed signing time, aware; the certificate must be valid then.
        other_certificates: up to the root, DER.
        reason: why, in words, or nothing.
        location: where, or nothing.
        order: as in `check_signable`.

    Raises:
        SigningInputError: the document must not be signed.
        SigningKeyError: the certificate must not sign.
    """
    from signing.making import gates, stages  # noqa: PLC0415 as above

    facts = check_usable(signer_certificate, moment)
    request = stages.Request(
        pdf=pdf,
        field=field,
        name=facts.name,
        certificate=signer_certificate,
        other_certificates=tuple(other_certificates),
        reason=reason,
        location=location,
        moment=moment,
    )
    return stages.prepare(gates.pass_gates(pdf, field, order), request)


def finish(prepared: PreparedSignature, signature_value: bytes) -> bytes:
    """Complete a prepared signature and verify the result.

    Args:
        prepared: from `prepare`, or read back after an interruption.
        signature_value: what the signer made of `prepared.signed_attributes`.

    Raises:
        SelfCheckError: the result is not what it should be; nothing of it is kept.
    """
    from signing.making.stages import fill  # noqa: PLC0415 as above

    try:
        signed = fill(prepared, signature_value)
    except Exception as error:
        raise SelfCheckError(field=prepared.field) from error
    verdict = verify(signed)
    last = verdict.signatures[-1] if verdict.signatures else None
    good = (
        last is not None
        and last.field == prepared.field
        and last.integrity == "intact"
        and last.covers_whole_document
        and last.level == "B-B"
        and verdict.verdict in {"valid", "indeterminate"}
        and signed[: prepared.base_size] == prepared.document[: prepared.base_size]
    )
    if not good:
        raise SelfCheckError(field=prepared.field)
    return signed


def sign(  # noqa: PLR0913 as `prepare`
    pdf: bytes,
    field: str,
    signer: Signer,
    *,
    moment: datetime,
    reason: str | None = None,
    location: str | None = None,
    order: tuple[str, ...] = (),
) -> bytes:
    """Go through all stages at once, with a key that answers at once.

    Raises:
        SigningInputError, SigningKeyError, SelfCheckError: as each stage.
    """
    prepared = prepare(
        pdf,
        field,
        signer_certificate=signer.certificate,
        other_certificates=signer.other_certificates,
        moment=moment,
        reason=reason,
        location=location,
        order=order,
    )
    return finish(prepared, signer.sign_raw(prepared.signed_attributes))
