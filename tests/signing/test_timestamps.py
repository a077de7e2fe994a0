"""Levels above B-B, made with a local timestamp service: they are recognised and checked.

This issue makes B-B only; documents of other tools come with all levels.
"""

from io import BytesIO

import pytest
from asn1crypto import cms, crl
from freezegun import freeze_time
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.validation.dss import DocumentSecurityStore

from boardpack.domain import clock
from signing.inspection.drawing import draws_the_same
from signing.inspection.opening import open_document
from signing.model import Reason
from signing.verify import verify
from tests.helpers.pki import DAY, Person, pki, revocation_lists
from tests.signing.papers import (
    deliberation,
    document_timestamp,
    foreign_signature,
    gaps,
    signed_once,
    signed_twice,
    timestamper,
)


def with_validation_data(pdf: bytes, *revoked: Person) -> bytes:
    """Append a security store with certificates and revocation lists."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    lists = [crl.CertificateList.load(one) for one in revocation_lists(*revoked)]
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, certs=_certificates(pdf), crls=lists, embed_roots=True
    )
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _certificates(pdf: bytes) -> list[object]:
    opened = open_document(pdf)
    assert opened is not None
    return [one.signer_cert for one in opened.reader.embedded_signatures]


def with_token() -> bytes:
    return foreign_signature(
        deliberation(), pki().mayor, SigFieldSpec("Maire"), timestamper=timestamper()
    )


def test_a_signature_timestamp_makes_b_t():
    verdict = verify(with_token(), roots=pki().roots)
    assert verdict.verdict == "valid"
    assert verdict.signatures[0].level == "B-T"


def test_a_document_timestamp_makes_b_t_of_every_signature():
    verdict = verify(document_timestamp(signed_twice()), roots=pki().roots)
    assert verdict.verdict == "valid"
    assert [one.level for one in verdict.signatures] == ["B-T", "B-T"]
    (stamp,) = verdict.timestamps
    assert (stamp.integrity, stamp.trust) == ("intact", "trusted")
    assert stamp.covers_whole_document


def test_validation_data_alone_is_no_level():
    verdict = verify(with_validation_data(signed_twice()), roots=pki().roots)
    assert verdict.verdict == "valid"
    assert [one.level for one in verdict.signatures] == ["B-B", "B-B"]
    assert verdict.modifications == "signatures"


def test_validation_data_makes_b_lt_and_a_timestamp_on_it_b_lta():
    long_term = with_validation_data(with_token())
    verdict = verify(long_term, roots=pki().roots)
    assert (verdict.verdict, verdict.signatures[0].level) == ("valid", "B-LT")
    verdict = verify(document_timestamp(long_term), roots=pki().roots)
    assert (verdict.verdict, verdict.signatures[0].level) == ("valid", "B-LTA")


def test_revocation_lists_in_the_document_are_used():
    verdict = verify(with_validation_data(signed_once()), roots=pki().roots)
    assert verdict.signatures[0].reasons == ()


def test_a_revoked_certificate_is_not_trusted():
    verdict = verify(with_validation_data(signed_once(), pki().mayor), roots=pki().roots)
    assert verdict.verdict == "indeterminate"
    assert verdict.signatures[0].trust == "untrusted"
    assert verdict.signatures[0].reasons == (Reason.CERTIFICATE_REVOKED,)


def test_a_timestamp_keeps_a_signature_good_after_its_certificate_ended():
    stamped = document_timestamp(signed_once())
    later = clock.now() + 4 * 365 * DAY
    plain = verify(signed_once(), roots=pki().roots, moment=later)
    assert plain.verdict == "indeterminate"
    assert plain.signatures[0].reasons == (Reason.CERTIFICATE_EXPIRED,)
    proven = verify(stamped, roots=pki().roots, moment=later)
    assert proven.verdict == "valid"
    with freeze_time(later):
        assert verify(stamped, roots=pki().roots).verdict == "valid"


def test_an_unknown_timestamp_service_proves_nothing():
    verdict = verify(document_timestamp(signed_once()))
    assert verdict.timestamps[0].trust == "unknown"
    assert verdict.timestamps[0].reasons == (Reason.TIMESTAMP_UNTRUSTED,)
    later = clock.now() + 4 * 365 * DAY
    verdict = verify(
        document_timestamp(signed_once()), roots=[pki().mayor.certificate.pem], moment=later
    )
    assert verdict.verdict == "indeterminate"


def test_a_token_of_another_signature_is_broken():
    """The token stands outside the signed bytes: an attacker may exchange it."""
    ours, theirs = with_token(), with_token()
    start, end = gaps(ours)[-1]
    mine = cms.ContentInfo.load(bytes.fromhex(ours[start + 1 : end - 1].decode()))
    other_start, other_end = gaps(theirs)[-1]
    other = cms.ContentInfo.load(bytes.fromhex(theirs[other_start + 1 : other_end - 1].decode()))
    signer = mine["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = other["content"]["signer_infos"][0]["unsigned_attrs"]
    value = mine.dump(force=True).hex().upper().encode()
    room = end - start - 2
    exchanged = ours[: start + 1] + value.ljust(room, b"0") + ours[end - 1 :]
    verdict = verify(exchanged, roots=pki().roots)
    assert verdict.verdict == "invalid"
    assert Reason.TIMESTAMP_BROKEN in verdict.signatures[0].reasons


def test_changing_a_signature_below_a_document_timestamp_breaks_the_timestamp():
    stamped = document_timestamp(signed_once())
    start, end = gaps(stamped)[0]
    padded = stamped[: end - 5] + b"ABCD" + stamped[end - 1 :]
    verdict = verify(padded, roots=pki().roots)
    assert verdict.verdict == "invalid"
    assert verdict.timestamps[0].integrity == "broken"
    assert start < end


@pytest.mark.parametrize("pdf", [signed_once, signed_twice])
def test_signing_draws_nothing(pdf):
    opened = open_document(pdf())
    assert opened is not None
    assert draws_the_same(opened.reader, 0)
