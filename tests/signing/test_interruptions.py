"""Between any two stages the program may end: what was prepared is taken up again."""

import subprocess
import sys
from pathlib import Path

import pytest

from boardpack.domain import clock
from signing import pades
from signing.errors import DamagedPreparationError
from signing.prepared import MAGIC, PreparedSignature
from signing.verify import verify
from tests.helpers.pki import pki
from tests.signing.papers import ORDER, signed_once

ROOT = Path(__file__).parents[2]
FINISH = """
import sys
from pathlib import Path
from signing import pades
from signing.prepared import PreparedSignature
folder = Path(sys.argv[1])
prepared = PreparedSignature.from_bytes((folder / "prepared").read_bytes())
(folder / "signed").write_bytes(pades.finish(prepared, (folder / "value").read_bytes()))
"""


def prepared() -> PreparedSignature:
    return pades.prepare(
        signed_once(),
        "Secretaire",
        signer_certificate=pki().secretary.certificate.der,
        other_certificates=(pki().authority.intermediate.der,),
        moment=clock.now(),
        order=ORDER,
    )


def test_between_preparing_and_signing():
    kept = prepared().to_bytes()
    again = PreparedSignature.from_bytes(kept)
    with pki().secretary.signer() as signer:
        signed = pades.finish(again, signer.sign_raw(again.signed_attributes))
    assert verify(signed, roots=pki().roots).verdict == "valid"


def test_between_signing_and_finishing_in_another_process(tmp_path: Path):
    first = prepared()
    with pki().secretary.signer() as signer:
        (tmp_path / "value").write_bytes(signer.sign_raw(first.signed_attributes))
    (tmp_path / "prepared").write_bytes(first.to_bytes())
    subprocess.run([sys.executable, "-c", FINISH, tmp_path], cwd=ROOT, check=True)
    signed = (tmp_path / "signed").read_bytes()
    assert verify(signed, roots=pki().roots).verdict == "valid"
    assert signed.startswith(signed_once())


def test_finishing_twice_gives_the_same_document():
    first = prepared()
    with pki().secretary.signer() as signer:
        value = signer.sign_raw(first.signed_attributes)
    assert pades.finish(first, value) == pades.finish(first, value)


def test_what_is_kept_comes_back_whole():
    first = prepared()
    again = PreparedSignature.from_bytes(first.to_bytes())
    assert again.moment == clock.parse(clock.stamp(first.moment))
    assert again.to_bytes() == first.to_bytes()
    assert again.base_sha256 == first.base_sha256
    assert again.document == first.document


def test_what_is_kept_says_what_it_was_made_of():
    import hashlib

    assert prepared().base_sha256 == hashlib.sha256(signed_once()).hexdigest()
    assert prepared().base_size == len(signed_once())


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept[:0],
        lambda kept: kept[:10],
        lambda kept: kept[: len(MAGIC) + 60],
        lambda kept: kept[:-1],
        lambda kept: kept + b"\n",
        lambda kept: b"x" + kept[1:],
        lambda kept: kept[:-40] + b"x" + kept[-39:],
        lambda kept: kept[kept.index(b"%PDF") :],
    ],
)
def test_a_damaged_preparation_is_named(damage):
    with pytest.raises(DamagedPreparationError):
        PreparedSignature.from_bytes(damage(prepared().to_bytes()))
