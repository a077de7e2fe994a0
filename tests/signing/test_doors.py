"""The doors of this room are cheap to import, need no Qt, and keep keys from the verifier."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from boardpack.domain import clock
from signing.model import Reason
from signing.pades import sign
from signing.reasons import reason_text
from signing.verify import verify
from tests.helpers.pki import pki
from tests.signing.papers import deliberation, signed_once

ROOT = Path(__file__).parents[2]
DOORS = [
    "signing.certificates",
    "signing.diff",
    "signing.errors",
    "signing.model",
    "signing.pades",
    "signing.ports",
    "signing.prepared",
    "signing.reasons",
    "signing.verify",
    "signing.backends.pkcs12",
]


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("door", DOORS)
def test_importing_a_door_does_not_load_pyhanko(door: str):
    """It takes most of a second, which the start of the program must not pay."""
    said = run(f"import sys, {door}; print('pyhanko' in sys.modules)")
    assert said.strip() == "False"


def test_verifying_needs_neither_qt_nor_a_key():
    program = (
        "import sys; sys.modules['PySide6'] = None; sys.modules['signing.backends'] = None;"
        "from signing.verify import verify; from signing.diff import only_added;"
        "print(verify(b'x').verdict, only_added(b'x', b'xy'))"
    )
    assert run(program).strip() == "invalid False"


def test_calling_inside_an_event_loop_is_not_taken_for_a_damaged_document():
    async def inside() -> None:
        verify(signed_once())

    with pytest.raises(RuntimeError):
        asyncio.run(inside())


def test_a_moment_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        verify(signed_once(), moment=clock.now().replace(tzinfo=None))


def test_two_threads_sign_at_once_with_one_key():
    with pki().mayor.signer() as signer, ThreadPoolExecutor(2) as pool:
        fields = [f"Maire {number}" for number in range(6)]
        made = list(
            pool.map(lambda field: sign(deliberation(), field, signer, moment=clock.now()), fields)
        )
    assert [verify(one).signed_fields() for one in made] == [(field,) for field in fields]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence(reason: Reason):
    assert reason_text(reason).endswith(".")
    assert reason_text(str(reason)) == reason_text(reason)


def test_an_unknown_reason_stands_for_itself():
    assert reason_text("from_a_newer_peer") == "from_a_newer_peer"
