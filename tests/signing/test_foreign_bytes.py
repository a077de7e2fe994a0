"""Laws: whatever the bytes are, there is a verdict, and it is never better than the truth."""

import logging
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from signing.certificates import load_certificates
from signing.diff import only_added
from signing.errors import DamagedPreparationError, RootsUnreadableError
from signing.prepared import PreparedSignature
from signing.verify import verify
from tests.helpers.pki import pki
from tests.signing.papers import gaps, signed_once, signed_twice

FIXED = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
VERDICTS = {"valid", "invalid", "indeterminate", "unsigned"}


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A signed document with a few bytes replaced, removed or repeated."""
    pdf = bytearray(draw(st.sampled_from([signed_once(), signed_twice()])))
    for _ in range(draw(st.integers(1, 4))):
        where = draw(st.integers(0, len(pdf) - 1))
        length = draw(st.integers(0, 40))
        pdf[where : where + length] = draw(st.binary(max_size=40))
    return bytes(pdf)


@st.composite
def mutated_structure(draw: st.DrawFn) -> bytes:
    """The same, but only where the structure stands, outside the zeros of /Contents."""
    pdf = signed_twice()
    where = draw(st.sampled_from(structure()))
    return pdf[:where] + draw(st.binary(min_size=1, max_size=6)) + pdf[where + 1 :]


@cache
def structure() -> list[int]:
    zeros = [range(start + 4000, end) for start, end in gaps(signed_twice())]
    return [
        where
        for where in range(0, len(signed_twice()), 7)
        if not any(where in part for part in zeros)
    ]


@FIXED
@given(mutated())
def test_a_mutated_document_gets_a_verdict(pdf: bytes):
    verdict = verify(pdf, roots=pki().roots)
    assert verdict.verdict in VERDICTS
    assert verdict.as_json("x.pdf")["verdict"] == verdict.verdict


@FIXED
@given(mutated_structure())
def test_a_mutated_structure_is_never_valid(pdf: bytes):
    if pdf != signed_twice():
        assert verify(pdf, roots=pki().roots).verdict != "valid"
        assert not only_added(signed_once(), pdf)


@FIXED
@given(st.binary(max_size=2000))
def test_any_bytes_get_a_verdict(pdf: bytes):
    assert verify(b"%PDF-1.7\n" + pdf).verdict in VERDICTS - {"valid"}
    assert verify(pdf).verdict in VERDICTS - {"valid"}


@FIXED
@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_certificates_or_refused(data: bytes):
    with pytest.raises(RootsUnreadableError):
        load_certificates(data)
    with pytest.raises(RootsUnreadableError):
        load_certificates(b"-----BEGIN CERTIFICATE-----\n" + data)


@FIXED
@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_preparation_or_refused(data: bytes):
    with pytest.raises(DamagedPreparationError):
        PreparedSignature.from_bytes(data)
    with pytest.raises(DamagedPreparationError):
        PreparedSignature.from_bytes(b"boardpack prepared signature 1\n" + data)


def test_nothing_of_a_document_reaches_a_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    verify(signed_twice() + b"tail", roots=pki().roots)
    verify(signed_once().replace(b"Deliberation", b"Dxliberation"), roots=pki().roots)
    assert "Martin" not in caplog.text
    assert "eliberation" not in caplog.text
