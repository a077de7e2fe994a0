"""The mayor signs, then the sitting secretary; other programs agree that both are valid."""

import re
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms

from boardpack.domain import clock
from signing import pades
from signing.diff import only_added
from signing.model import Reason
from signing.verify import verify
from tests.helpers.pki import pki
from tests.signing.papers import (
    ORDER,
    deliberation,
    gaps,
    link_as_direct_object,
    signed_once,
    signed_twice,
)


def test_both_signatures_are_valid_with_the_root_given():
    verdict = verify(signed_twice(), roots=pki().roots)
    assert verdict.verdict == "valid"
    assert verdict.modifications == "signatures"
    assert verdict.signed_fields() == ORDER
    mayor, secretary = verdict.signatures
    assert (mayor.signer_given_name, mayor.signer_surname) == ("Jeanne", "Martin")
    assert (secretary.signer_given_name, secretary.signer_surname) == ("Paul", "Durand")
    assert [one.covers_whole_document for one in verdict.signatures] == [False, True]
    for one in verdict.signatures:
        assert (one.level, one.format) == ("B-B", "PAdES")
        assert (one.integrity, one.trust) == ("intact", "trusted")
        assert one.reasons == (Reason.REVOCATION_NOT_CHECKED,)
        assert one.issuer == "Autorité d’essai"
        assert one.category == "ordinary"


def test_without_roots_nobody_vouches_for_the_names():
    verdict = verify(signed_twice())
    assert verdict.verdict == "indeterminate"
    assert [one.trust for one in verdict.signatures] == ["unknown", "unknown"]
    assert [one.integrity for one in verdict.signatures] == ["intact", "intact"]
    assert verdict.signatures[0].reasons == (Reason.NO_ROOTS,)


def test_a_foreign_root_changes_nothing():
    verdict = verify(signed_twice(), roots=[pki().unknown_authority.root_pem])
    assert verdict.verdict == "indeterminate"
    assert verdict.signatures[0].reasons == (Reason.UNKNOWN_ISSUER,)


def test_pdfsig_agrees(tmp_path: Path):
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed_twice())
    said = subprocess.run(
        ["pdfsig", "-nocert", file], capture_output=True, text=True, check=True
    ).stdout
    assert said.count("Signature is Valid.") == 2
    assert said.count("Total document signed") == 1
    assert said.rindex("Total document signed") > said.index("Signature #2")


@pytest.mark.parametrize("number", [0, 1])
def test_openssl_accepts_each_signature(tmp_path: Path, number: int):
    pdf = signed_twice()
    content, value = extract(pdf, number)
    for name, data in (("content", content), ("value", value), ("root", pki().roots[0])):
        (tmp_path / name).write_bytes(data)
    done = subprocess.run(
        [
            *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER"),
            *("-in", tmp_path / "value", "-content", tmp_path / "content"),
            *("-CAfile", tmp_path / "root", "-purpose", "any", "-out", tmp_path / "out"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def extract(pdf: bytes, number: int) -> tuple[bytes, bytes]:
    """Return the signed bytes and the signature of one byte range, as an outsider would."""
    match = list(re.finditer(rb"/ByteRange *\[ *0 +(\d+) +(\d+) +(\d+)", pdf))[number]
    first, second, length = (int(part) for part in match.groups())
    value = bytes.fromhex(pdf[first + 1 : second - 1].decode())
    size = len(cms.ContentInfo.load(value).dump())
    return pdf[:first] + pdf[second : second + length], value[:size]


def test_the_original_bytes_are_a_prefix():
    assert signed_once().startswith(deliberation())
    assert signed_twice().startswith(signed_once())


def test_contents_has_room_for_a_later_timestamp():
    for start, end in gaps(signed_twice()):
        assert end - start - 2 == 2 * 24 * 1024
        used = len(signed_twice()[start + 1 : end - 1].rstrip(b"0"))
        assert used < 2 * 8 * 1024


def test_nothing_in_the_signature_is_more_than_pades_allows():
    content = cms.ContentInfo.load(extract(signed_once(), 0)[1])["content"]
    (signer,) = content["signer_infos"]
    names = {attribute["type"].native for attribute in signer["signed_attrs"]}
    assert names == {"content_type", "message_digest", "signing_certificate_v2"}
    assert not signer["unsigned_attrs"]
    assert b"/SubFilter /ETSI.CAdES.detached" in signed_once()
    assert b"/Reference" not in signed_once()


def test_reason_place_and_moment_are_kept():
    moment = (clock.now() - timedelta(hours=2)).replace(microsecond=0)
    with pki().mayor.signer() as signer:
        signed = pades.sign(
            deliberation(),
            "Maire",
            signer,
            moment=moment,
            reason="Délibération adoptée",
            location="Saint-Exemple",
        )
    with pikepdf.open(BytesIO(signed)) as document:
        value = document.Root.AcroForm.Fields[0].V
        assert str(value.Reason) == "Délibération adoptée"
        assert str(value.Location) == "Saint-Exemple"
        assert str(value.Name) == "Jeanne Martin"
    assert verify(signed).signatures[0].signing_time == moment


def test_only_added_sees_one_signature_more():
    base = deliberation()
    assert only_added(base, signed_once())
    assert only_added(signed_once(), signed_twice())
    assert not only_added(base, signed_twice())
    assert not only_added(signed_once(), signed_once())
    assert not only_added(signed_twice(), signed_once())
    assert not only_added(deliberation(3), signed_once())
    assert not only_added(b"", signed_once())
    assert not only_added(b"no document", b"no document at all")


def test_links_that_stand_in_the_page_itself_hinder_nobody():
    """FPDF and its children write annotations as direct objects; pyHanko's own policy refuses."""
    base = deliberation(2, link_as_direct_object)
    with pki().mayor.signer() as signer:
        once = pades.sign(base, "Maire", signer, moment=clock.now())
    with pki().secretary.signer() as signer:
        twice = pades.sign(once, "Secretaire", signer, moment=clock.now())
    assert verify(twice, roots=pki().roots).verdict == "valid"


def test_the_printed_verdict_has_the_promised_form():
    printed = verify(signed_once(), roots=pki().roots).as_json("acte.pdf")
    assert list(printed) == ["file", "verdict", "signatures", "modifications"]
    (signature,) = printed["signatures"]
    assert list(signature) == [
        *("field", "signer", "level", "signing_time", "covers_whole_document"),
        *("integrity", "trust", "reasons"),
    ]
    assert signature["signer"] == "Jeanne Martin"
    assert signature["reasons"] == ["revocation_not_checked"]
    assert clock.parse(signature["signing_time"]) <= clock.now()
